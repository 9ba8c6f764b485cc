import { resolve } from 'node:path';
import { withStore } from '../clients.ts';
import {
  applyFolder,
  countChanges,
  describeChange,
  readFolder,
  type ApplyOptions,
} from '../config-folder.ts';
import { Refused } from '../refused.ts';
import { withSecretKey } from '../secret-key.ts';
import type { Context } from './command.ts';

const storeLimitMs = 15_000;

/** Puts a config folder in force. Running services follow within seconds. */
export async function apply(
  folder: string,
  options: ApplyOptions,
  { installation, output }: Context,
): Promise<void> {
  const read = await readFolder(resolve(folder), installation);
  const keyed = withSecretKey(installation);
  const applied = await withStore(keyed, storeLimitMs, (store) => applyFolder(store, read, options));
  if (applied.kind === 'unchanged') {
    output.say(`${folder} is in force already; nothing changed.`);
    return;
  }
  for (const change of applied.changes) output.say(describeChange(change));
  if (applied.kind === 'edited') {
    throw new Refused(
      'The console has edited since what the folder would change (above). Nothing was applied; --force puts the folder in force.',
    );
  }
  output.say(`Applied ${folder}: ${countChanges(applied.changes)} (revision ${applied.revision}).`);
}
