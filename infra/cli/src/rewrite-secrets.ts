import { ConfigConflict, type SecretCount, type Store } from '@syncline/store';

const conflictTries = 5;

/**
 * Encrypts the tokens of data centers anew, with the first key; all else of the configuration stays.
 * @returns how they were kept before; null when nothing was applied yet
 */
export async function rewriteSecrets(store: Store): Promise<SecretCount | null> {
  for (let tries = 1; ; tries += 1) {
    const before = await store.config.secrets();
    const current = await store.config.current();
    if (current === null) return null;
    try {
      await store.config.replace({ ...current, expectedRevision: current.revision });
      return before;
    } catch (error) {
      // Someone changed the configuration in between.
      if (!(error instanceof ConfigConflict) || tries === conflictTries) throw error;
    }
  }
}
