import { syncStatus } from '@syncline/contract';
import type { Change } from '../change.ts';
import type { Current, WaitKey } from '../current.ts';
import type { Draft } from './draft.ts';
import type { OpenCreateFacts } from './facts.ts';

/** Every wait is also due by itself, at most this far away (design, "References wait"). */
const longestWaitMs = 10 * 60 * 1000;
const shortestWaitMs = 5_000;
const openCreateCheckMs = 2_000;
const longestOpenCreateCheckMs = 60_000;

/** The key under which the end of a pair's open create is waited for. */
export function openCreateKey(rowId: string): string {
  return `open:${rowId}`;
}

type Kept = Pick<Current, 'change' | 'attempts' | 'sends' | 'since' | 'doubtSince'>;

function base({ state, now }: Draft, change: Change): Kept {
  const before = state.current;
  if (before?.change.syncId !== change.syncId)
    return { change, attempts: 0, sends: 0, since: now, doubtSince: null };
  const { attempts, sends, since, doubtSince } = before;
  return { change, attempts, sends, since, doubtSince };
}

// The longer it has waited, the less often it looks.
function growing({ now }: Draft, { since }: Kept, shortest: number, longest: number): number {
  return Math.min(longest, Math.max(shortest, (now - since) / 2));
}

/** Waits for the counterparts of other records. */
export function park(draft: Draft, change: Change, keys: WaitKey[]): void {
  const kept = base(draft, change);
  const waitMs = growing(draft, kept, shortestWaitMs, longestWaitMs);
  const wasParked = draft.state.current?.phase === 'parked';
  draft.setCurrent({ phase: 'parked', ...kept, keys, dueAt: draft.now + waitMs });
  draft.show(syncStatus.waiting, change);
  if (!wasParked) {
    const message = `waits for ${keys.map((key) => key.label).join(', ')}`;
    draft.tell(change, { kind: 'waiting', message }, { status: syncStatus.waiting });
  }
  draft.result = 'waiting';
}

/**
 * Waits while a create of the opposite stream is open that could have made this record: one with equal match values,
 * or without any, all that were open when it arrived.
 */
export function waitForOpenCreates(draft: Draft, change: Change, open: readonly OpenCreateFacts[]): boolean {
  const kept = base(draft, change);
  const suspects = open.filter((create) => create.openedAt <= change.arrivedAt);
  if (suspects.length === 0) return false;
  const keys = suspects
    .slice(0, 8)
    .map(({ rowId }) => ({ key: openCreateKey(rowId), label: 'a create that is open', isOptional: false }));
  const wasWaiting = draft.state.current?.phase === 'openWait';
  const waitMs = growing(draft, kept, openCreateCheckMs, longestOpenCreateCheckMs);
  draft.setCurrent({ phase: 'openWait', ...kept, keys, dueAt: draft.now + waitMs });
  draft.show(syncStatus.waiting, change);
  if (!wasWaiting) {
    const message = 'waits: a create that is open towards this side may have made it';
    draft.tell(change, { kind: 'waiting', message }, { status: syncStatus.waiting });
  }
  draft.result = 'waiting-for-open-create';
  return true;
}

/** Keeps the newest state while its stream is off (design, "A stream that is off holds"). */
export function hold(draft: Draft, change: Change, streamId: string): void {
  const wasHeld = draft.state.current?.phase === 'held';
  draft.setCurrent({ phase: 'held', ...base(draft, change), streamId, dueAt: null });
  draft.show(syncStatus.held, change);
  if (!wasHeld) {
    draft.tell(change, { kind: 'held', message: 'held: the stream is off' }, { status: syncStatus.held });
  }
  draft.result = 'held';
}

const mayBeOlder = 'It may be older than our last write: the ERP is asked for it again.';

/** Asks the ERP for the record as it is now; that snapshot is decided. What rests here meanwhile stays aside. */
export function reread(draft: Draft, change: Change, message = mayBeOlder): void {
  const { current } = draft.state;
  const aside = current?.phase === 'reread' ? current.aside : draft.resting;
  const kept = base(draft, change);
  draft.setCurrent({
    phase: 'reread',
    ...kept,
    sends: kept.sends + 1,
    aside,
    dueAt: draft.now + longestWaitMs,
  });
  draft.show(syncStatus.pending, change);
  draft.tell(change, { kind: 'reread', message });
  draft.send('read');
  draft.result = 'reread';
}
