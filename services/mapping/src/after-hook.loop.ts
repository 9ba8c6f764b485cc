import type { CatalogView } from '@syncline/catalog';
import { createLoop, type Clock, type Logger, type Part } from '@syncline/chassis';
import { SandboxUnavailable } from '@syncline/functions';
import type { ClaimedAfterHook, Store } from '@syncline/store';
import { afterArg, keptSync } from './after-hooks.ts';
import { Bodies, BodyGone } from './bodies.ts';
import { countInput } from './metrics.ts';
import type { RunHook } from './read-hooked.ts';

const everyMs = 1_000;
const atOnce = 10;
/** Nobody else begins a claimed one before this; a hook and its calls take less. */
const claimMs = 120_000;
const mostStarts = 3;
/** The history of an older one may be gone already, and with it what it says of this hook. */
const oldestMs = 7 * 24 * 3_600_000;
const maxLogChars = 2_000;
/** The id of the event that says that it was run: an effect that is produced again has it run no second time. */
const eventId = 'after_hook';

/**
 * Runs the hooks `after` of confirmed syncs, at least once each. What becomes of one is told in the sync's history and
 * changes nothing else: the record was written.
 */
export function createAfterHookLoop(deps: {
  store: Pick<Store, 'afterHooks' | 'syncHistory' | 'bodies'>;
  catalog: { view(): CatalogView };
  runHook: RunHook;
  clock: Clock;
  logger: Logger;
}): Part {
  const { store, clock, logger } = deps;
  return createLoop({
    name: 'after hooks',
    everyMs,
    logger,
    async tick(signal) {
      const now = clock.now();
      const claimed = await store.afterHooks.claim({ now, until: now + claimMs, limit: atOnce });
      if (claimed.length === 0) return 0;
      const histories = await store.syncHistory.getMany(claimed.map(({ syncId }) => syncId));
      for (const one of claimed) {
        // What is left is claimed again, here or elsewhere.
        if (signal.aborted) break;
        const history = histories.get(one.syncId);
        const isGone = history === undefined && one.confirmedAt < now - oldestMs;
        const isDone = history?.events.some(({ id }) => id === eventId) === true;
        if (!isGone && !isDone) {
          const message = await runOne(one, deps);
          if (message === null) continue;
          const event = { id: eventId, at: clock.now(), kind: 'hook', message };
          await store.syncHistory.write([{ syncId: one.syncId, set: {}, events: [event] }]);
        }
        await store.afterHooks.remove([one.syncId]);
      }
      return claimed.length;
    },
  });
}

/** What became of it, for the history; null: it was not run and is to be run later. */
async function runOne(
  { text, starts }: ClaimedAfterHook,
  deps: Parameters<typeof createAfterHookLoop>[0],
): Promise<string | null> {
  const kept = keptSync(text);
  const stream = deps.catalog.view().stream(kept.streamId);
  const hook = stream?.hooks?.after;
  if (stream === undefined || hook === undefined) return told('gone', 'it is no longer configured: not run.');
  if (starts > mostStarts)
    return told('failed', `begun ${String(mostStarts)} times without an end: not run again.`);
  try {
    const arg = await afterArg(kept, stream, new Bodies(deps.store));
    const ran = await deps.runHook(hook, arg);
    const logged = ran.log.length === 0 ? '' : `; it logged: ${ran.log.join('\n').slice(0, maxLogChars)}`;
    if (!ran.ok) return told('failed', `failed: ${ran.message}. The record stays written${logged}`);
    const said = ran.result.message === '' ? '' : `: ${ran.result.message}`;
    return told('ran', `ran${said}${logged}`);
  } catch (error) {
    if (error instanceof SandboxUnavailable) return null;
    if (error instanceof BodyGone) return told('failed', `not run: ${error.message}`);
    throw error;
  }
}

function told(result: string, message: string): string {
  countInput('afterHook', result);
  return `The hook after: ${message}`;
}
