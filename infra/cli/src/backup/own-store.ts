import type { Store } from '@syncline/store';
import { withStore } from '../clients.ts';
import type { Context } from '../commands/command.ts';
import { buildEmbeddedPrograms, embeddedPrograms } from '../embedded-programs.ts';
import { Refused } from '../refused.ts';
import { LogFiles } from '../supervisor/log-files.ts';
import { RunFiles } from '../supervisor/run-files.ts';
import { Seat } from '../supervisor/seat.ts';
import { Supervisor } from '../supervisor/supervisor.ts';

const storeLimitMs = 30_000;
const never = new AbortController().signal;

/**
 * Does something with the store while nothing else of this installation runs: the embedded one is started for it.
 * @throws Refused when Syncline runs
 */
export async function withStoreAlone<T>(
  { installation, output }: Context,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const seat = new Seat(installation.home);
  const holder = seat.take();
  if (holder)
    throw new Refused(`Syncline runs (pid ${String(holder.pid)}); stop it with ./syncline down first.`, 2);
  try {
    const { store } = await embeddedPrograms(installation);
    if (store.length === 0) return await withStore(installation, storeLimitMs, use);
    await buildEmbeddedPrograms(output);
    const quiet = { say: () => undefined, warn: output.warn };
    const supervisor = new Supervisor({
      runFiles: new RunFiles(installation.home),
      logs: new LogFiles(installation.home),
      output: quiet,
    });
    try {
      await supervisor.start(store, never);
      return await withStore(installation, storeLimitMs, use);
    } finally {
      await supervisor.stop();
    }
  } finally {
    seat.release();
  }
}

/** Does something with the store, whether Syncline runs or not. */
export async function withAnyStore<T>(context: Context, use: (store: Store) => Promise<T>): Promise<T> {
  const { installation } = context;
  const isRunning = new Seat(installation.home).holder() !== null;
  return isRunning || !installation.embedded.store
    ? withStore(installation, storeLimitMs, use)
    : withStoreAlone(context, use);
}
