import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Refused } from '../refused.ts';

/*
 * A backup is one file: gzip of JSON lines. The first line is a header, the last one a trailer with the counts and the
 * SHA-256 of all that stands before it; every other line is a document, `{"c":COLLECTION,"d":EXTENDED JSON}`.
 */

const format = 1;

export interface BackupHeader {
  syncline: 'backup';
  format: number;
  /** ms; what was acknowledged before it is in the file */
  begunAt: number;
}

export interface BackupTrailer {
  endedAt: number;
  /** documents by collection */
  counts: Record<string, number>;
  /** ids of the keys that secrets in it are encrypted with */
  secretKeys: string[];
  sha256: string;
}

export interface BackupLine {
  collection: string;
  /** extended JSON */
  text: string;
}

/** Writes a file that stands there whole or not at all, and that only its owner may read. */
export async function writeBackup(
  file: string,
  begunAt: number,
  batches: AsyncIterable<readonly BackupLine[]>,
): Promise<BackupTrailer> {
  const part = `${file}.part`;
  const written: { trailer: BackupTrailer | null } = { trailer: null };
  try {
    await pipeline(
      Readable.from(textOf(begunAt, batches, (trailer) => (written.trailer = trailer))),
      createGzip(),
      createWriteStream(part, { mode: 0o600, flush: true }),
    );
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  if (written.trailer === null) throw new Error('the backup has no trailer');
  return written.trailer;
}

async function* textOf(
  begunAt: number,
  batches: AsyncIterable<readonly BackupLine[]>,
  onEnd: (trailer: BackupTrailer) => void,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const header: BackupHeader = { syncline: 'backup', format, begunAt };
  const counts: Record<string, number> = {};
  const secretKeys = new Set<string>();
  const hashed = (text: string): string => {
    hash.update(text);
    return text;
  };
  yield hashed(`${JSON.stringify(header)}\n`);
  for await (const batch of batches) {
    for (const { collection, text } of batch) {
      counts[collection] = (counts[collection] ?? 0) + 1;
      if (collection === 'config') for (const id of keyIdsIn(text)) secretKeys.add(id);
    }
    yield hashed(batch.map(({ collection, text }) => `{"c":"${collection}","d":${text}}\n`).join(''));
  }
  const sha256 = hash.digest('hex');
  const trailer: BackupTrailer = { endedAt: Date.now(), counts, secretKeys: [...secretKeys], sha256 };
  onEnd(trailer);
  yield `${JSON.stringify(trailer)}\n`;
}

/** Encrypted secrets stand in the catalog's text as `{"cipher": …, "key": ID, …}`. */
function keyIdsIn(text: string): string[] {
  const found = text.matchAll(/\\"cipher\\":\\"[^"\\]+\\",\\"key\\":\\"([0-9a-f]+)\\"/g);
  return [...found].flatMap(([, id]) => id ?? []);
}

export interface CheckedBackup {
  header: BackupHeader;
  trailer: BackupTrailer;
}

/**
 * Reads the whole file once.
 * @throws Refused when it is no backup, or not the whole of one
 */
export async function checkBackup(file: string): Promise<CheckedBackup> {
  const hash = createHash('sha256');
  const seen: { header?: BackupHeader; last?: string } = {};
  await eachLine(file, (line) => {
    seen.header ??= headerOf(line, file);
    if (seen.last !== undefined) hash.update(`${seen.last}\n`);
    seen.last = line;
  });
  const { header, last } = seen;
  if (header === undefined || last === undefined) throw new Refused(`${file} is empty.`);
  const trailer = trailerOf(last, file);
  if (trailer.sha256 !== hash.digest('hex'))
    throw new Refused(`${file} is damaged: its contents do not fit its checksum. Nothing was restored.`);
  return { header, trailer };
}

/** Hands over the documents, in order, some at a time; the next ones are read when those are done. */
export async function readBackup(file: string, take: (lines: BackupLine[]) => Promise<void>): Promise<void> {
  let lines: BackupLine[] = [];
  let characters = 0;
  const flush = async (): Promise<void> => {
    if (lines.length > 0) await take(lines);
    lines = [];
    characters = 0;
  };
  await eachLine(file, async (line) => {
    const document = documentOf(line);
    if (document === null) return;
    if (lines[0] !== undefined && lines[0].collection !== document.collection) await flush();
    lines.push(document);
    characters += document.text.length;
    if (lines.length >= mostLines || characters >= mostCharacters) await flush();
  });
  await flush();
}

const mostLines = 500;
const mostCharacters = 8 * 1024 * 1024;

async function eachLine(file: string, take: (line: string) => void | Promise<void>): Promise<void> {
  const source = createReadStream(file);
  const text = source.pipe(createGunzip());
  source.on('error', (error) => text.destroy(error));
  const lines = createInterface({ input: text, crlfDelay: Infinity });
  const problem = new Promise<never>((_, reject) => {
    text.on('error', reject);
  });
  const reading = (async () => {
    for await (const line of lines) await take(line);
  })();
  try {
    await Promise.race([reading, problem]);
  } catch (error) {
    if (error instanceof Refused) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Refused(`There is no file ${file}.`, 2);
    if (code?.startsWith('Z_') === true)
      throw new Refused(`${file} is not a whole gzip file (${message}). Nothing was restored.`);
    throw error;
  } finally {
    lines.close();
    source.destroy();
  }
}

function documentOf(line: string): BackupLine | null {
  const found = /^\{"c":"([a-z_]+)","d":/.exec(line);
  return found === null ? null : { collection: found[1] ?? '', text: line.slice(found[0].length, -1) };
}

function headerOf(line: string, file: string): BackupHeader {
  const header = parsed(line) as Partial<BackupHeader> | null;
  if (header?.syncline !== 'backup') throw new Refused(`${file} is no backup of Syncline.`);
  if (header.format !== format)
    throw new Refused(
      `${file} has the format ${String(header.format)}; this Syncline reads ${String(format)}. Use the version that made it.`,
    );
  return header as BackupHeader;
}

function trailerOf(line: string, file: string): BackupTrailer {
  const trailer = parsed(line) as Partial<BackupTrailer> | null;
  if (typeof trailer?.sha256 !== 'string')
    throw new Refused(`${file} breaks off: its end is missing. Nothing was restored.`);
  return trailer as BackupTrailer;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
