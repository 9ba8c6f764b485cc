import { noFates, syncStatus, type FateCounts, type Origin, type SyncStatus } from '@syncline/contract';
import type { Change } from '../change.ts';
import type { Effect, OutcomeFacts, PairState } from '../pair.ts';
import type { Decision, Input } from './facts.ts';
import type { OperatorInput } from './operator-action.ts';
import { oncePerTask } from './once-per-task.ts';
import { compareOrder, isOvertaken } from './source-order.ts';

type Counted = Pick<Change, 'origin'>;

/** What a decision adds to the counts of a batch. */
export interface Fate {
  origin: Origin;
  counts: FateCounts;
}

/**
 * What became of records that batches wait for. Nothing counts them on the way: a change that was under way, or came in,
 * and is not under way any more has met its fate, whichever rule ended it. So each is counted once, and a message that
 * comes again counts nothing.
 */
export function fatesOf(before: PairState, input: Input, { state, effects }: Decision): Fate[] {
  const incoming = incomingOf(before, input, state);
  const known: Counted[] = [...underWay(before), ...incoming];
  // Most records come with no batch, or with one that has counted them.
  if (known.every(({ origin }) => origin === undefined)) return [];
  const left = [...underWay(state), ...effects.flatMap(forwarded)];
  const outcomes = effects.flatMap(toOutcome);
  return distinct(known.flatMap(({ origin }) => origin ?? [])).flatMap((origin) => {
    const isOf = (one: { origin?: Origin }): boolean => isSame(one.origin, origin);
    const ended = known.filter(isOf).length - left.filter(isOf).length;
    const counts = countsOf(ended, outcomes.filter(isOf));
    counts.waiting = underWay(state).filter(isOf).length - underWay(before).filter(isOf).length;
    return isNothing(counts) ? [] : [{ origin, counts }];
  });
}

function incomingOf(before: PairState, input: Input, after: PairState): Counted[] {
  if (input.kind === 'operator') return takenByHand(before, input, after);
  if (input.kind !== 'change' && input.kind !== 'again') return [];
  const { change } = input;
  const counts = input.kind === 'again' || isNews(before, change);
  return counts ? [oncePerTask(before.sides[change.side], change)] : [];
}

/** A bulk retry counts each record that it takes. */
function takenByHand(before: PairState, { taskId }: OperatorInput, after: PairState): Counted[] {
  const isTaken = (['crm', 'erp'] as const).some(
    (side) => before.sides[side].byTask !== taskId && after.sides[side].byTask === taskId,
  );
  return taskId !== undefined && isTaken ? [{ origin: { taskId } }] : [];
}

/** One that comes again was counted when it came first. */
function isNews({ sides }: PairState, change: Change): boolean {
  const side = sides[change.side];
  return compareOrder(side, change.order, change.eventId) !== 'repeat' || isOvertaken(side, change);
}

/** The changes that are still to reach the other side, or to be found to be no news. */
function underWay({ current, waiting }: PairState): Change[] {
  const aside = current?.phase === 'reread' ? current.aside : null;
  return [current?.change, aside?.change, waiting.crm, waiting.erp].filter((change) => change !== undefined);
}

/** It is decided, and counted, in another row. */
function forwarded(effect: Effect): Change[] {
  return effect.kind === 'forward' ? [effect.change] : [];
}

function toOutcome(effect: Effect): OutcomeFacts[] {
  return effect.kind === 'outcome' ? [effect.outcome] : [];
}

/** What left no outcome said nothing new. */
function countsOf(ended: number, outcomes: readonly OutcomeFacts[]): FateCounts {
  const counts = noFates();
  for (let i = 0; i < ended; i += 1) counts[fateOf(outcomes[i]?.status)] += 1;
  counts.created = outcomes.slice(0, ended).filter(isCreation).length;
  return counts;
}

function isCreation({ status, operation }: OutcomeFacts): boolean {
  return status === syncStatus.success && operation === 'create';
}

function fateOf(status: SyncStatus | undefined): 'changed' | 'unchanged' | 'errors' {
  if (status === syncStatus.success) return 'changed';
  return status === syncStatus.failed || status === syncStatus.unknown ? 'errors' : 'unchanged';
}

function isNothing({ changed, unchanged, errors, waiting }: FateCounts): boolean {
  return changed === 0 && unchanged === 0 && errors === 0 && waiting === 0;
}

function isSame(one: Origin | undefined, other: Origin): boolean {
  return one !== undefined && one.windowId === other.windowId && one.taskId === other.taskId;
}

function distinct(origins: readonly Origin[]): Origin[] {
  return origins.filter((origin, at) => origins.findIndex((other) => isSame(other, origin)) === at);
}
