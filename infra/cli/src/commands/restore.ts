import { resolve } from 'node:path';
import { checkBackup } from '../backup/backup-file.ts';
import { finishRestore } from '../backup/finish-restore.ts';
import { loadBackup } from '../backup/load-backup.ts';
import { withStoreAlone } from '../backup/own-store.ts';
import { Refused } from '../refused.ts';
import type { Context } from './command.ts';

export interface RestoreOptions {
  finish: boolean;
  force: boolean;
  keepStreams: boolean;
}

/** Loads a backup into an empty system; `--finish` then finds what happened after it was made. */
export async function restore(
  file: string | undefined,
  options: RestoreOptions,
  context: Context,
): Promise<void> {
  if (options.finish) return finishRestore(options, context);
  if (file === undefined) throw new Refused('Which file? ./syncline restore FILE', 2);
  const { output } = context;
  const checked = await checkBackup(resolve(file));
  const { header, trailer } = checked;
  output.say(`Backup of ${new Date(header.begunAt).toISOString()}, its checksum is right.`);
  const { streamsOff } = await withStoreAlone(context, (store) =>
    loadBackup(
      store,
      checked,
      { file: resolve(file), keepsStreams: options.keepStreams, now: Date.now() },
      output,
    ),
  );
  const documents = Object.values(trailer.counts).reduce((sum, count) => sum + count, 0);
  output.say(`Restored: ${String(documents)} documents.`);
  if (trailer.secretKeys.length > 0) output.say(`Its secrets need the key ${trailer.secretKeys.join(', ')}.`);
  if (streamsOff.length === 0) {
    output.say('Next: ./syncline up.');
    return;
  }
  output.say(
    `${String(streamsOff.length)} streams are off: what was created since then is unknown here, and would be created again.`,
  );
  output.say('Next: ./syncline up, and then ./syncline restore --finish, which pairs it and turns them on.');
}
