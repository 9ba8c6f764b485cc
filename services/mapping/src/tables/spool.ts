import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RefusedRequest } from '@syncline/contract';

/** What an import may upload: some hundred thousand rows. */
const maxFileBytes = 64 * 1024 * 1024;

export interface Spooled {
  path: string;
  remove(): Promise<void>;
}

/**
 * Puts a request's body on the disk: a workbook can only be read from its end, and a slow reader must not keep an
 * upload open.
 * @throws RefusedRequest s306240007 when it is too large
 */
export async function spool(body: Readable, limit = maxFileBytes): Promise<Spooled> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-import-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'file');
  let bytes = 0;
  const limited = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= limit) done(null, chunk);
      else
        done(
          new RefusedRequest(
            'bodyTooLarge',
            `the file has over ${String(limit / 1024 / 1024)} MiB; split it and import one part after the other`,
          ),
        );
    },
  });
  try {
    await pipeline(body, limited, createWriteStream(path, { mode: 0o600 }));
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
