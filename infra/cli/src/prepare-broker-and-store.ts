import { withKafka, withStore } from './clients.ts';
import { applyFolder, countChanges, describeChange, type Folder } from './config-folder.ts';
import type { Installation } from './installation.ts';
import { Refused } from './refused.ts';
import type { Output } from './output.ts';
import { rewriteSecrets } from './rewrite-secrets.ts';
import { withSecretKey } from './secret-key.ts';

const storeLimitMs = 30_000;

/** Creates the topics, and puts the config folder in force if its content changed since it was last applied. */
export async function prepareBrokerAndStore(
  folder: Folder,
  installation: Installation,
  output: Output,
): Promise<void> {
  const [, applied] = await Promise.all([
    withKafka(installation, (kafka) => kafka.ensureTopics()),
    withStore(withSecretKey(installation), storeLimitMs, async (store) => {
      const restore = await store.restores.current();
      if (restore?.state === 'loading')
        throw new Refused(
          'A restore into this store has not ended: run ./syncline restore again with its file.',
        );
      const done = await applyFolder(store, folder, { force: false, prune: false });
      // Written before tokens were encrypted, by a folder that has not changed since.
      if ((await store.config.secrets()).clear > 0) await rewriteSecrets(store);
      return done;
    }),
  ]);
  if (applied.kind === 'unchanged') output.say(`  config ${folder.path} is in force already`);
  if (applied.kind === 'applied')
    output.say(`  config ${folder.path} applied: ${countChanges(applied.changes)}`);
  if (applied.kind === 'edited') {
    for (const change of applied.changes) output.say(describeChange(change));
    output.warn(
      `  config ${folder.path} is NOT applied: the console has edited since what it would change (above). ` +
        `./syncline apply --force "${folder.path}" puts it in force.`,
    );
  }
}
