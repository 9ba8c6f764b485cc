import type { ErpWriteOutcome, Json } from '@syncline/contract';
import { textOf } from '@syncline/contract';
import type { CurrentOf } from '../pair.ts';
import { confirm } from './confirm.ts';
import { pairByReading } from './details.ts';
import type { Draft } from './draft.ts';
import { failedTransiently, type Sent } from './outcomes.ts';

type ReadOutcome = Extract<ErpWriteOutcome, { kind: 'read' }>;

/** The master stands; asks the ERP once for the record, to learn the ids of its new rows. */
export function lookUpDetails(draft: Draft, current: Sent, destId: string, order: number): void {
  const { change, write, attempts, sends, since } = current;
  draft.setSide('erp', { id: destId });
  draft.setCurrent({
    phase: 'details',
    change,
    write,
    attempts,
    sends: sends + 1,
    since,
    destId,
    order,
    asks: 1,
    dueAt: draft.now + 10 * 60_000,
  });
  draft.tell(change, {
    kind: 'details',
    message: 'The ids of the new detail rows did not come back: the ERP is asked for the record.',
  });
  draft.send('read');
  draft.result = 'details';
}

function rowIds(draft: Draft, outcome: ReadOutcome): Record<string, string[]> {
  const stream = draft.facts.toErp;
  const details = outcome.record?.details ?? {};
  const named = (stream?.details ?? []).filter(
    (detail) => detail.destIdField !== '' && Object.hasOwn(details, detail.dest),
  );
  return Object.fromEntries(
    named.map(({ dest, destIdField }) => [
      dest,
      (details[dest] ?? []).map((row) => textOf(row[destIdField] as Json | undefined)),
    ]),
  );
}

/** The record came: its new rows are paired, or stay without an id. */
export function settleDetails(draft: Draft, current: CurrentOf<'details'>, outcome: ReadOutcome): void {
  const { write, change, destId, order } = current;
  const paired = pairByReading(write.rows, rowIds(draft, outcome));
  confirm(draft, change, write, {
    destId,
    ...paired,
    order: Math.max(order, outcome.order),
    attempts: current.attempts + 1,
  });
}

// An update that added rows and was not answered: do the rows stand there now?
export function settleUnknownUpdate(draft: Draft, current: CurrentOf<'unknown'>, outcome: ReadOutcome): void {
  const { write, change } = current;
  const paired = pairByReading(write.rows, rowIds(draft, outcome));
  if (paired.missing === 0) {
    const destId = draft.state.sides.erp.id;
    confirm(draft, change, write, {
      destId,
      ...paired,
      order: outcome.order,
      attempts: current.attempts + 1,
    });
    return;
  }
  failedTransiently(draft, current, {
    code: current.failure.code,
    message: 'The new rows are not there: sent again.',
  });
}

/** The record could not be read: later, or never, and then the sync is partial. */
export function readFailed(draft: Draft, current: CurrentOf<'details'>, outcome: ErpWriteOutcome): void {
  const later = outcome.kind === 'transient' || outcome.kind === 'deferred';
  if (later && current.asks < 5) {
    const dueAt =
      draft.now + Math.max(5_000, ('retryAfterMs' in outcome ? outcome.retryAfterMs : undefined) ?? 0);
    draft.setCurrent({ ...current, asks: current.asks + 1, dueAt });
    return;
  }
  const unpaired = Object.values(current.write.rows)
    .flat()
    .filter((row) => row.dest === '').length;
  const { change, write, destId, order, attempts } = current;
  confirm(draft, change, write, { destId, rows: write.rows, unpaired, order, attempts: attempts + 1 });
}
