import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { BadTable } from './table.ts';

/** How a text file is spelled; `auto` looks. GB18030 holds all of GBK and GB2312. */
export const textEncodings = ['auto', 'utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'gbk'] as const;
export type TextEncoding = (typeof textEncodings)[number];

const probeBytes = 4096;

/**
 * A file's text, piece by piece, without a byte order mark.
 * @throws BadTable when it is in none of the encodings, or not in the one that was named
 */
export async function* decodeText(file: string, encoding: TextEncoding = 'auto'): AsyncGenerator<string> {
  const chosen = encoding === 'auto' ? await findEncoding(file) : encoding;
  const decoder = new TextDecoder(chosen, { fatal: true });
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>)
      yield plain(decoder.decode(chunk, { stream: true }));
    yield plain(decoder.decode());
  } catch (error) {
    if (!isCodingError(error)) throw error;
    throw new BadTable(`the file is not ${chosen.toUpperCase()}; save it as CSV UTF-8`);
  }
}

// NUL belongs in no cell: databases and spreadsheets end a text there.
function plain(text: string): string {
  if (!text.includes('\0')) return text;
  throw new BadTable('the file has NUL characters: it is not text in the encoding that was expected');
}

/** By its mark; else UTF-16 by its zero bytes, UTF-8 if all of it is, and else what Chinese spreadsheets write. */
async function findEncoding(file: string): Promise<Exclude<TextEncoding, 'auto'>> {
  const head = await readHead(file);
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const zeros = [0, 1].map((parity) => head.filter((byte, i) => byte === 0 && i % 2 === parity).length);
  const [even = 0, odd = 0] = zeros;
  if (odd > head.length / 8 && even === 0) return 'utf-16le';
  if (even > head.length / 8 && odd === 0) return 'utf-16be';
  return (await isUtf8(file)) ? 'utf-8' : 'gb18030';
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(probeBytes), 0, probeBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function isUtf8(file: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>)
      decoder.decode(chunk, { stream: true });
    decoder.decode();
    return true;
  } catch (error) {
    if (isCodingError(error)) return false;
    throw error;
  }
}

function isCodingError(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
}
