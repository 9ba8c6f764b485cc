import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { RefusedRequest } from '@syncline/contract';
import type { BodyHold } from './body-room.ts';
import type { PushHeaders } from './headers.ts';

interface Limits {
  /** of the body after decompression */
  maxBytes: number;
  hold: BodyHold;
}

const decompressors = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** The sender went away in the middle: nobody is left to answer. */
export class SenderGone extends Error {
  override readonly name = 'SenderGone';
}

/**
 * Reads a body, inflating it under the same limit as a plain one. What is left unread of a refused one is thrown away by
 * Node, so that the sender reads its answer.
 * @throws RefusedRequest
 * @throws SenderGone
 */
export async function readBody(
  req: IncomingMessage,
  { contentLength, contentEncoding }: PushHeaders,
  limits: Limits,
): Promise<Buffer> {
  if (Number(contentLength) > limits.maxBytes) throw tooLarge(limits.maxBytes);
  const encoding = contentEncoding.trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return collect(req, limits);
  const decompress = decompressors.get(encoding)?.();
  if (decompress === undefined) {
    const named = JSON.stringify(encoding.slice(0, 100));
    throw new RefusedRequest('badContentType', `The content encoding is ${named}, not gzip, deflate or br`);
  }
  const abandon = (): void => void decompress.destroy(gone());
  req.once('error', abandon);
  req.pipe(decompress);
  try {
    return await collect(decompress, limits);
  } catch (error) {
    if (error instanceof RefusedRequest || error instanceof SenderGone) throw error;
    throw new RefusedRequest('badBody', `$: the body is not ${encoding}`);
  } finally {
    req.unpipe(decompress);
    decompress.destroy();
    req.resume();
  }
}

function collect(source: Readable, { maxBytes, hold }: Limits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isOver = false;
    const fail = (makeError: () => Error): void => {
      // The close of a stream comes after its end too, and an error costs its stack trace.
      if (isOver) return;
      isOver = true;
      source.off('data', take);
      reject(makeError());
    };
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxBytes) fail(() => tooLarge(maxBytes));
      else if (hold.grow(chunk.length)) chunks.push(chunk);
      else fail(noRoom);
    };
    source.on('data', take);
    source.once('end', () => {
      isOver = true;
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, bytes));
    });
    source.once('error', (error) =>
      fail(() => ('code' in error && error.code === 'ECONNRESET' ? gone() : error)),
    );
    source.once('close', () => fail(gone));
  });
}

function tooLarge(maxBytes: number): RefusedRequest {
  return new RefusedRequest('bodyTooLarge', `The body has more than ${maxBytes} bytes`);
}

function noRoom(): RefusedRequest {
  return new RefusedRequest('cacheUnavailable', 'Too many large bodies are being received', 1);
}

function gone(): SenderGone {
  return new SenderGone('the sender went away');
}
