import type { ErpWriteOutcome, RecordData } from '@syncline/contract';
import { fingerprintOf, type Change, type CurrentOf } from '../pair.ts';
import type { Draft } from './draft.ts';
import { mostRereads, reread } from './postpone.ts';
import { without } from './sides.ts';
import { take } from './take.ts';

/** The ERP was asked for its record again: decide that snapshot, or the one that came if it cannot be had. */
export function resumeReread(draft: Draft, current: CurrentOf<'reread'>, outcome: ErpWriteOutcome): void {
  const { change } = current;
  if (outcome.kind === 'read' && outcome.record !== null) {
    decideSnapshot(draft, change, outcome.record, outcome.order);
    return;
  }
  if (outcome.kind === 'read') {
    draft.setCurrent(null);
    draft.skip(
      change,
      'gone',
      'The ERP has this record no more; nothing is written. Push a void to void its counterpart.',
    );
    return;
  }
  const later = outcome.kind === 'transient' || outcome.kind === 'deferred';
  if (later && current.asks < mostRereads) {
    const askedMs = ('retryAfterMs' in outcome ? outcome.retryAfterMs : undefined) ?? 0;
    draft.setCurrent({ ...current, dueAt: draft.now + Math.max(askedMs, 5_000 * 2 ** current.asks) });
    draft.result = 'reread-later';
    return;
  }
  draft.tell(change, {
    kind: 'note',
    message: 'The ERP cannot be asked for the record: the snapshot that came is decided.',
  });
  take(draft, change, { readAgain: true });
}

/** Asks again when the time for it has come. */
export function askAgain(draft: Draft, current: CurrentOf<'reread'>): void {
  reread(draft, current.change);
}

function decideSnapshot(draft: Draft, change: Change, record: RecordData, order: number): void {
  const newer = draft.state.waiting.erp;
  if (newer?.order.kind === 'counter' && newer.order.number >= order) {
    draft.supersede(change, 'A newer state of this record has arrived since.');
    draft.setCurrent(null);
    return;
  }
  if (newer !== undefined) {
    draft.supersede(newer, 'A newer state of this record was read from the ERP.');
    draft.state.waiting = without(draft.state.waiting, 'erp');
  }
  const fresh: Change = {
    ...change,
    order: { kind: 'counter', number: order },
    fingerprint: fingerprintOf('upsert', record, draft.facts.toCrm?.configRevision ?? ''),
    body: { record },
  };
  const last = draft.state.sides.erp.order;
  if (last?.kind !== 'counter' || last.number < order) draft.setSide('erp', { order: fresh.order });
  take(draft, fresh, { readAgain: true });
}
