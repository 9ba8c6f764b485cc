import type { Logger } from '@syncline/chassis';
import { noFates, type FateCounts, type Origin } from '@syncline/contract';
import type { Store } from '@syncline/store';
import type { Addressed } from './addressed.ts';
import type { Fate } from './decide/fates.ts';
import type { Located } from './locate.ts';

interface CountDeps {
  store: Pick<Store, 'pollWindows' | 'historyTasks' | 'retryTasks'>;
  logger: Logger;
}

/**
 * Tells batches what became of their records, in one write for each kind of batch. The rows stand by now, so that whoever
 * is called again would count nothing: what cannot be told is left out, and stops nothing.
 */
export async function countFates(fates: readonly Fate[], { store, logger }: CountDeps): Promise<void> {
  if (fates.length === 0) return;
  try {
    await Promise.all([
      store.pollWindows.count(sumBy(fates, ({ windowId }) => windowId)),
      store.historyTasks.count(sumBy(fates, ({ taskId }) => (isRetryTask(taskId) ? undefined : taskId))),
      store.retryTasks.count(sumBy(fates, ({ taskId }) => (isRetryTask(taskId) ? taskId : undefined))),
    ]);
  } catch (error) {
    logger.warn('what became of some records is missing in the counts of windows and tasks', { error });
  }
}

/** Bulk retries have ids of their own kind, and are counted in a place of their own. */
function isRetryTask(taskId: string | undefined): boolean {
  return taskId?.startsWith('retry-') === true;
}

/** The sums by the id that an origin has of one kind of batch. */
export function sumBy(
  fates: readonly Fate[],
  idOf: (origin: Origin) => string | undefined,
): Map<string, FateCounts> {
  const sums = new Map<string, FateCounts>();
  for (const { origin, counts } of fates) {
    const id = idOf(origin);
    if (id === undefined) continue;
    const sum = sums.get(id) ?? noFates();
    sums.set(id, sum);
    for (const name of Object.keys(sum) as (keyof FateCounts)[]) sum[name] += counts[name];
  }
  return sums;
}

/** Inputs that no row decided: nobody takes such a record, or a fault of ours made a dead letter of it. */
export function fatesOfLost(
  addressed: readonly Addressed[],
  located: ReadonlyMap<string, Located>,
  isDecided: ReadonlySet<number>,
): Fate[] {
  const faulty = new Set([...located.values()].flatMap(({ inputs }) => inputs.map(({ at }) => at)));
  return addressed.flatMap((one, at) => {
    const origin = isDecided.has(at) ? undefined : originOf(one);
    if (origin === undefined) return [];
    return { origin, counts: { ...noFates(), [faulty.has(at) ? 'errors' : 'unchanged']: 1 } };
  });
}

function originOf(one: Addressed): Origin | undefined {
  if (one.kind === 'record') return one.change.origin;
  return one.kind === 'row' && 'change' in one.input ? one.input.change.origin : undefined;
}
