import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { BadTable, type TableLimits } from './table.ts';

const mostParts = 10_000;

/** The parts of a workbook, opened one after the other under one limit on what they unpack to. */
export class Workbook {
  private readonly zip: ZipFile;
  private readonly parts: ReadonlyMap<string, Entry>;
  private unpackedLeft: number;

  private constructor(zip: ZipFile, parts: ReadonlyMap<string, Entry>, limits: TableLimits) {
    this.zip = zip;
    this.parts = parts;
    this.unpackedLeft = limits.unpackedBytes;
  }

  /** @throws BadTable when the file is no workbook */
  static async open(file: string, limits: TableLimits): Promise<Workbook> {
    try {
      const zip = await openPromise(file, { autoClose: false });
      if (zip.entryCount > mostParts) throw new Error('too many parts');
      const parts = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) parts.set(entry.fileName, entry);
      return new Workbook(zip, parts, limits);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new BadTable(`the file is no .xlsx workbook (${why}); save it as .xlsx or .csv`);
    }
  }

  has(part: string): boolean {
    return this.parts.has(part);
  }

  /**
   * Reads one part as XML; `take` is called with what was collected whenever some of it was read.
   * @throws BadTable when it is no XML, or unpacks to more than all parts together may
   */
  async *read<T>(part: string, collect: (xml: SaxesParser<object>) => T[]): AsyncGenerator<T> {
    const entry = this.parts.get(part);
    if (entry === undefined) throw new BadTable(`the workbook has no ${part}`);
    const xml = new SaxesParser({ position: false });
    const collected = collect(xml);
    // No part of a workbook has one; what stands in it is for attacks only.
    xml.on('doctype', () => {
      throw new BadTable('the workbook has a DOCTYPE, which no spreadsheet writes');
    });
    xml.on('error', (error) => {
      throw new BadTable(`the workbook's ${part} is no XML: ${error.message.slice(0, 200)}`);
    });
    const decoder = new TextDecoder();
    const stream = await this.zip.openReadStreamPromise(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      this.unpackedLeft -= chunk.length;
      if (this.unpackedLeft < 0)
        throw new BadTable('the workbook unpacks to more than an import may take; split it');
      xml.write(decoder.decode(chunk, { stream: true }));
      yield* collected.splice(0);
    }
    xml.write(decoder.decode()).close();
    yield* collected.splice(0);
  }

  close(): void {
    this.zip.close();
  }
}

/** A tag's name without its namespace's prefix: spreadsheets choose their own. */
export function localName(tag: { name: string }): string {
  return tag.name.slice(tag.name.indexOf(':') + 1);
}

export function attributeOf(tag: SaxesTagPlain, name: string): string | undefined {
  const found = Object.entries(tag.attributes).find(([key]) => key === name || key.endsWith(`:${name}`));
  return found?.[1];
}
