import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rereadMs } from '../backup/as-restored.ts';
import { writeBackup } from '../backup/backup-file.ts';
import { withAnyStore } from '../backup/own-store.ts';
import { tableOf } from '../output.ts';
import { Refused } from '../refused.ts';
import type { Context } from './command.ts';

/** Writes all that the store keeps into one file, while everything runs. */
export async function backup(target: string, context: Context): Promise<void> {
  const { output } = context;
  const begunAt = Date.now();
  const file = fileOf(target, begunAt);
  const { counts, secretKeys, sha256 } = await withAnyStore(context, async (store) => {
    const restore = await store.restores.current();
    if (restore?.state === 'loading')
      throw new Refused('A restore into this store has not ended: there is nothing whole to back up.');
    return writeBackup(file, begunAt, store.archive.read(begunAt - rereadMs));
  });
  const rows = Object.entries(counts).map(([name, count]) => [name, String(count)]);
  output.say(tableOf(['collection', 'documents'], rows));
  const size = statSync(file).size;
  output.say(`${file}: ${String(Math.ceil(size / 1024))} KiB, SHA-256 of its contents ${sha256}.`);
  output.say(
    secretKeys.length === 0
      ? 'It may hold tokens of ERPs in clear, and holds business data: keep it as safe as the store.'
      : `Its secrets are encrypted with the key ${secretKeys.join(', ')}, which is not in it: keep that key elsewhere.`,
  );
}

function fileOf(target: string, at: number): string {
  const path = resolve(target);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const time = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  return isFolder ? join(path, `syncline-${time}.backup.gz`) : path;
}
