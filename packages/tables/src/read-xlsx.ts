import { posix } from 'node:path';
import type { SaxesParser, SaxesTagPlain } from 'saxes';
import { unguard } from './formula-guard.ts';
import { sheetRows } from './sheet-rows.ts';
import { BadTable, checkSize, type TableLimits, type TableRow } from './table.ts';
import { attributeOf, localName, Workbook } from './xlsx-parts.ts';

/**
 * The rows of a workbook's first sheet, one after the other; empty rows are left out.
 * @throws BadTable from where the file cannot be read any further
 */
export async function* readXlsx(file: string, limits: TableLimits): AsyncGenerator<TableRow> {
  const workbook = await Workbook.open(file, limits);
  try {
    const texts = await readSharedTexts(workbook, limits);
    const sheet = await findFirstSheet(workbook);
    for await (const row of workbook.read(sheet, (xml) => sheetRows(xml, texts, limits))) {
      checkSize(row, limits);
      if (row.cells.some((cell) => cell !== '')) yield { ...row, cells: row.cells.map(unguard) };
    }
  } catch (error) {
    if (error instanceof BadTable) throw error;
    throw new BadTable(`the workbook is damaged: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    workbook.close();
  }
}

async function all<T>(items: AsyncGenerator<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of items) list.push(one);
  return list;
}

async function findFirstSheet(workbook: Workbook): Promise<string> {
  const [first] = await all(workbook.read('xl/workbook.xml', (xml) => tagsNamed(xml, 'sheet')));
  const id = first === undefined ? undefined : attributeOf(first, 'id');
  const links = await all(
    workbook.read('xl/_rels/workbook.xml.rels', (xml) => tagsNamed(xml, 'Relationship')),
  );
  const target = links.find((link) => attributeOf(link, 'Id') === id)?.attributes['Target'];
  if (target === undefined) throw new BadTable('the workbook has no sheet');
  return target.startsWith('/') ? target.slice(1) : posix.join('xl', target);
}

function tagsNamed(xml: SaxesParser<object>, name: string): SaxesTagPlain[] {
  const tags: SaxesTagPlain[] = [];
  xml.on('opentag', (tag) => {
    if (localName(tag) === name) tags.push(tag);
  });
  return tags;
}

/** Texts that several cells share; they are held in memory, and have a limit of their own. */
async function readSharedTexts(workbook: Workbook, limits: TableLimits): Promise<string[]> {
  const part = 'xl/sharedStrings.xml';
  if (!workbook.has(part)) return [];
  const texts: string[] = [];
  let bytes = 0;
  for await (const text of workbook.read(part, sharedTexts)) {
    bytes += 2 * text.length + 32;
    if (bytes > limits.sharedTextBytes)
      throw new BadTable('the workbook holds more text than an import may take; split it, or save it as CSV');
    texts.push(text);
  }
  return texts;
}

/** `<si>` holds a text, whole or in formatted pieces; how it is pronounced (`rPh`) is no part of it. */
function sharedTexts(xml: SaxesParser<object>): string[] {
  const texts: string[] = [];
  let text = '';
  let inText = false;
  let inSound = false;
  xml.on('opentag', (tag) => {
    const name = localName(tag);
    if (name === 'si') text = '';
    else if (name === 'rPh') inSound = true;
    else if (name === 't') inText = !inSound;
  });
  xml.on('text', (piece) => {
    if (inText) text += piece;
  });
  xml.on('closetag', (tag) => {
    const name = localName(tag);
    if (name === 't') inText = false;
    else if (name === 'rPh') inSound = false;
    else if (name === 'si') texts.push(text);
  });
  return texts;
}
