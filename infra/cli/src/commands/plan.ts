import { resolve } from 'node:path';
import { withStore } from '../clients.ts';
import { countChanges, describeChange, planFolder, readFolder } from '../config-folder.ts';
import type { Context } from './command.ts';

const storeLimitMs = 15_000;

/** Shows what applying the folder would change, and changes nothing. */
export async function plan(
  folder: string,
  { prune }: { prune: boolean },
  { installation, output }: Context,
): Promise<void> {
  const read = await readFolder(resolve(folder), installation);
  const changes = await withStore(installation, storeLimitMs, (store) => planFolder(store, read, prune));
  for (const change of changes) output.say(describeChange(change));
  output.say(changes.length === 0 ? 'Nothing would change.' : `Would be changed: ${countChanges(changes)}.`);
}
