import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { isJsonObject, parseJson, stringifyJson, type JsonObject } from '@syncline/contract';

/** An entry of a ledger: what was appended, with its number. Numbers begin at 1 and have no gaps. */
export type Numbered<Draft> = Draft & { seq: number };

/** A page of a ledger; `next` is the `after` of the page behind it. */
export interface LedgerPage<Draft> {
  entries: Numbered<Draft>[];
  next: number;
  last: number;
}

export interface LedgerRange<Draft> {
  after: number;
  limit: number;
  matches?: (entry: Numbered<Draft>) => boolean;
}

/** What a journal tells its owner when it is opened again, in the order it was written. */
export interface Replay<Draft> {
  entry(entry: Numbered<Draft>): void;
  /** a line that is no ledger entry: a setting, or how far something has got */
  mark(mark: JsonObject): void;
}

const blockBytes = 4 * 1024 * 1024;
const maxScannedEntries = 50_000;

/**
 * An append-only file of JSON lines. `append` returns when the line is with the operating system, so a kill -9 of this
 * process loses nothing that was appended; a torn last line (killed in the middle of a write) was never answered and is cut.
 */
export class Journal<Draft extends object> {
  private readonly fd: number;
  /** byte offset of each entry, by number - 1 */
  private readonly offsets: number[] = [];
  private size = 0;

  constructor(path: string, replay: Replay<Draft>) {
    mkdirSync(dirname(path), { recursive: true });
    this.fd = openSync(path, 'a+');
    this.replayFile(replay);
  }

  get lastSeq(): number {
    return this.offsets.length;
  }

  append(draft: Draft): Numbered<Draft> {
    const entry = { seq: this.lastSeq + 1, ...draft };
    const at = this.size;
    this.writeLine(stringifyJson(entry));
    this.offsets.push(at);
    return entry;
  }

  mark(mark: JsonObject): void {
    this.writeLine(stringifyJson({ mark }));
  }

  /** The entry with this number; it must exist. */
  at(seq: number): Numbered<Draft> {
    const [entry] = this.read({ after: seq - 1, limit: 1 }).entries;
    if (entry === undefined) throw new RangeError(`the ledger has no entry ${String(seq)}`);
    return entry;
  }

  /** The entries after a number, oldest first. A page of a filtered read may be short or empty: go on from `next`. */
  read({ after, limit, matches }: LedgerRange<Draft>): LedgerPage<Draft> {
    const entries: Numbered<Draft>[] = [];
    const scanEnd = Math.min(this.lastSeq, after + (matches === undefined ? limit : maxScannedEntries));
    let next = after;
    while (next < scanEnd && entries.length < limit) {
      for (const entry of this.readBlock(next, scanEnd)) {
        next = entry.seq;
        if (matches === undefined || matches(entry)) entries.push(entry);
        if (entries.length === limit) break;
      }
    }
    return { entries, next, last: this.lastSeq };
  }

  close(): void {
    closeSync(this.fd);
  }

  private readBlock(after: number, end: number): Numbered<Draft>[] {
    const from = this.offsets[after] ?? this.size;
    let to = after + 1;
    while (to < end && (this.offsets[to] ?? this.size) - from < blockBytes) to += 1;
    const block = Buffer.allocUnsafe((this.offsets[to] ?? this.size) - from);
    readFully(this.fd, block, from);
    const lines = block.toString('utf8').split('\n');
    return lines
      .filter((line) => line.startsWith('{"seq"'))
      .map((line) => parseJson(line) as unknown as Numbered<Draft>);
  }

  private writeLine(json: string): void {
    const line = Buffer.from(`${json}\n`);
    try {
      for (let done = 0; done < line.length;) done += writeSync(this.fd, line, done);
    } catch (error) {
      ftruncateSync(this.fd, this.size);
      throw error;
    }
    this.size += line.length;
  }

  private replayFile(replay: Replay<Draft>): void {
    const end = fstatSync(this.fd).size;
    let rest = Buffer.alloc(0);
    for (let read = 0; read < end;) {
      const block = Buffer.allocUnsafe(Math.min(blockBytes, end - read));
      readFully(this.fd, block, read);
      read += block.length;
      rest = this.replayLines(rest.length === 0 ? block : Buffer.concat([rest, block]), replay);
    }
    if (rest.length > 0) ftruncateSync(this.fd, this.size);
  }

  /** Replays the whole lines of a block and returns what is left behind the last of them. */
  private replayLines(block: Buffer, replay: Replay<Draft>): Buffer<ArrayBuffer> {
    let start = 0;
    for (let end = block.indexOf(10); end !== -1; end = block.indexOf(10, start)) {
      const line = parseJson(block.toString('utf8', start, end));
      if (!isJsonObject(line))
        throw new SyntaxError(`the journal has a line that is no object, at byte ${String(this.size)}`);
      if (isJsonObject(line.mark)) replay.mark(line.mark);
      else {
        this.offsets.push(this.size);
        replay.entry(line as unknown as Numbered<Draft>);
      }
      this.size += end + 1 - start;
      start = end + 1;
    }
    return Buffer.from(block.subarray(start));
  }
}

function readFully(fd: number, into: Buffer, from: number): void {
  for (let done = 0; done < into.length;) {
    const read = readSync(fd, into, done, into.length - done, from + done);
    if (read === 0) throw new RangeError('the journal is shorter than it was');
    done += read;
  }
}
