import { Readable } from 'node:stream';
import { guardFormula } from './formula-guard.ts';

/** A spreadsheet reads UTF-8 only where it finds this. */
const byteOrderMark = '\uFEFF';
const rowsPerChunk = 200;

/** A text file of the rows: UTF-8, commas, CRLF (RFC 4180). It is made as fast as it is read. */
export function writeCsv(rows: AsyncIterable<readonly string[]>): Readable {
  return Readable.from(chunks(rows), { objectMode: false, highWaterMark: 64 * 1024 });
}

async function* chunks(rows: AsyncIterable<readonly string[]>): AsyncGenerator<Buffer> {
  let chunk = byteOrderMark;
  let waiting = 0;
  for await (const row of rows) {
    chunk += `${row.map(cellText).join(',')}\r\n`;
    waiting += 1;
    if (waiting < rowsPerChunk) continue;
    yield Buffer.from(chunk);
    chunk = '';
    waiting = 0;
  }
  if (chunk !== '') yield Buffer.from(chunk);
}

function cellText(text: string): string {
  const safe = guardFormula(text);
  return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
