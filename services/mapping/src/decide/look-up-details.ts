import type { ErpWriteOutcome, Json, RecordData } from '@syncline/contract';
import { textOf } from '@syncline/contract';
import { knownText } from '../known-values.ts';
import { fingerprintOf, type Change, type CurrentOf } from '../pair.ts';
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
      (details[dest] ?? []).map((row) => textOf(row[destIdField])),
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

/**
 * A guarded update was not answered and the record was read: does it stand there? If it shows neither our values nor
 * those from before, a person changed it since, and that state is decided like any other that was read.
 */
export function settleUnknownUpdate(draft: Draft, current: CurrentOf<'unknown'>, outcome: ReadOutcome): void {
  const { write, change } = current;
  const { record, order } = outcome;
  const paired = pairByReading(write.rows, rowIds(draft, outcome));
  const shows = (values: Record<string, string>) =>
    Object.entries(values).every(([field, text]) => knownText(ownField(record?.master, field)) === text);
  const before = draft.state.sides.erp.known?.fields ?? {};
  const asBefore = Object.fromEntries(Object.keys(write.values).map((field) => [field, before[field] ?? '']));
  const isDone = shows(write.values) && paired.missing === 0;
  if (record === null || (!isDone && (paired.missing > 0 || shows(asBefore)))) {
    failedTransiently(draft, current, {
      code: current.failure.code,
      message: 'It is not there: sent again.',
    });
    return;
  }
  const destId = draft.state.sides.erp.id;
  confirm(draft, change, write, { destId, ...paired, order, attempts: current.attempts + 1 });
  if (!isDone) keepSnapshot(draft, change, record, order);
}

function ownField(master: RecordData['master'] | undefined, field: string): Json | undefined {
  return master !== undefined && Object.hasOwn(master, field) ? master[field] : undefined;
}

function keepSnapshot(draft: Draft, change: Change, record: RecordData, order: number): void {
  const waiting = draft.state.waiting.erp;
  if (waiting?.order.kind === 'counter' && waiting.order.number > order) return;
  if (waiting !== undefined) draft.supersede(waiting, 'A newer state of this record was read from the ERP.');
  const snapshot: Change = {
    ...change,
    syncId: draft.nextSyncId(),
    side: 'erp',
    dataId: draft.state.sides.erp.id,
    operation: 'upsert',
    via: 'fetch',
    order: { kind: 'counter', number: order },
    eventId: '',
    causedBy: '',
    fingerprint: fingerprintOf('upsert', record, draft.facts.toCrm?.configRevision ?? ''),
    body: { record },
    arrivedAt: draft.now,
    forced: false,
    told: false,
    note: 'read to settle an update that was not answered',
  };
  draft.state.waiting = { ...draft.state.waiting, erp: snapshot };
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
