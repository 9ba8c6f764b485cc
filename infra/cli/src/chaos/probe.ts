import { otherSide, type Side } from '@syncline/contract';
import type { Violation } from './invariants.ts';
import type { Observed, SeenChange } from './observed.ts';

/** An edit that was made when all was calm. */
export interface Probe {
  key: string;
  side: Side;
  /** the last entries of both ledgers when it was made */
  after: Record<Side, number>;
}

/** In calm an edit makes one write on the other side, and none on its own. */
export function findEchoes(observed: Observed, probes: readonly Probe[]): Violation[] {
  const keyOf = new Map(observed.records.map(({ side, kind, id, key }) => [`${side}/${kind}/${id}`, key]));
  const byKey = Map.groupBy(
    observed.changes,
    ({ side, kind, id }) => keyOf.get(`${side}/${kind}/${id}`) ?? '',
  );
  return probes.flatMap(({ key, side, after }) => {
    const writes = (byKey.get(key) ?? []).filter(
      (change) => change.by === 'sync' && change.seq > after[change.side],
    );
    const there = writes.filter((change) => change.side === otherSide(side)).length;
    const back = writes.filter((change) => change.side === side);
    if (there <= 1 && back.length === 0) return [];
    const what = `one edit of ${side} in calm made ${String(there)} writes on the other side and ${String(back.length)} on its own: ${writes.map(describe).join(', ')}`;
    return [{ invariant: 'echo' as const, key, what, mayPass: false }];
  });
}

function describe({ side, seq, label, operation }: SeenChange): string {
  return `${operation} ${label ?? ''} (${side} ${String(seq)})`;
}
