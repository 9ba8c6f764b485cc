import {
  syncStatus,
  textOf,
  type ErpWriteOutcome,
  type Json,
  type JsonObject,
  type RecordData,
} from '@syncline/contract';
import { fingerprintOf, type Change } from '../change.ts';
import type { CurrentOf, Write } from '../current.ts';
import { knownText } from '../known-values.ts';
import { confirm } from './confirm.ts';
import { addedRows, knownRowIds, pairByReading, type PairedRows, type ShownRows } from './details.ts';
import type { Draft } from './draft.ts';
import { failedTransiently } from './outcomes.ts';
import type { Sent } from './person.ts';
import { isAsNew } from './read-answer.ts';

type ReadOutcome = Extract<ErpWriteOutcome, { kind: 'read' }>;

const mostAsks = 5;
const answerMs = 10 * 60_000;

/** The master stands; asks the ERP once for the record, to learn the ids of its new rows. */
export function lookUpDetails(draft: Draft, current: Sent, destId: string, order: number): void {
  const { change, write, attempts, sends, since, doubtSince } = current;
  draft.setSide('erp', { id: destId });
  draft.setCurrent({
    phase: 'details',
    change,
    write,
    attempts,
    sends: sends + 1,
    since,
    doubtSince,
    destId,
    order,
    asks: 1,
    dueAt: draft.now + answerMs,
  });
  draft.show(syncStatus.inFlight, change);
  draft.tell(change, {
    kind: 'details',
    message: 'The ids of the new detail rows did not come back: the ERP is asked for the record.',
  });
  draft.send('read');
  draft.result = 'details';
}

/** The time has come to ask for the record once more. */
export function lookUpAgain(draft: Draft, current: CurrentOf<'details'>): void {
  draft.setCurrent({ ...current, dueAt: draft.now + answerMs });
  draft.send('read');
  draft.result = 'details';
}

/** @param isDone is it sure that the write was carried out? */
function pairWith(draft: Draft, write: Write, record: RecordData | null, isDone: boolean) {
  const stream = draft.facts.toErp;
  const before = stream === null ? {} : knownRowIds(draft.state, 'crm', stream);
  const shown = Object.fromEntries(
    (stream?.details ?? []).map(({ dest, destIdField }): [string, ShownRows] => {
      const rows = rowsOf(record, dest).map((row) => ({
        id: destIdField === '' ? '' : textOf(own(row, destIdField)),
        shows: (values: Record<string, string>) => holds(row, values),
      }));
      return [dest, { rows, knownBefore: before[dest] ?? new Set(), isDone }];
    }),
  );
  return pairByReading(write.rows, shown);
}

function rowsOf(record: RecordData | null, detail: string): JsonObject[] {
  return record !== null && Object.hasOwn(record.details, detail) ? (record.details[detail] ?? []) : [];
}

function own(fields: JsonObject, field: string): Json | undefined {
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}

/** The record came: its new rows are paired, or stay without an id. */
export function settleDetails(draft: Draft, current: CurrentOf<'details'>, outcome: ReadOutcome): void {
  const { write, change, destId, order } = current;
  if (outcome.record === null) {
    // It was there a moment ago: an ERP that reads from a copy, or an answer without a record.
    readFailed(draft, current, {
      kind: 'transient',
      code: 'not-shown',
      message: 'The ERP does not show it yet.',
    });
    return;
  }
  confirm(draft, change, write, {
    destId,
    ...pairWith(draft, write, outcome.record, true),
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
  const seen = record === null ? null : lookFor(draft, write, record);
  if (record === null || seen === null) {
    const message = 'It is not there: sent again.';
    failedTransiently(draft, current, { code: current.failure.code, message });
    return;
  }
  const destId = draft.state.sides.erp.id;
  // What was read shows our write if that happened; only what was read before may not.
  confirm(draft, change, write, { destId, ...seen.paired, order: order - 1, attempts: current.attempts + 1 });
  // Whether it was recovered, the reading does not show when its new rows cannot be told.
  if (write.operation === 'recover' && seen.paired.unpaired > 0) draft.setSide('erp', { maybeVoided: true });
  if (!seen.isAsWritten) keepSnapshot(draft, change, record, order);
}

/** What a reading shows of an update, or null when it was not carried out. */
function lookFor(
  draft: Draft,
  write: Write,
  record: RecordData,
): { paired: PairedRows; isAsWritten: boolean } | null {
  const isAsWritten = shows(draft, record, { ...valuesOf(write), unseen: false });
  const isAsBefore = shows(draft, record, { ...valuesBefore(draft, write), unseen: true });
  const paired = pairWith(draft, write, record, isAsWritten && !isAsBefore);
  if (paired.missing > 0) return null;
  if (addedRows(write.rows) > 0) return { paired, isAsWritten: isAsWritten && paired.unpaired === 0 };
  // Whether a record was recovered shows only in what came with that.
  const isTold = write.operation === 'update' ? isAsWritten || !isAsBefore : isAsWritten && !isAsBefore;
  return isTold ? { paired, isAsWritten } : null;
}

/** What is to be seen of a write: the master's fields, and those of rows whose ids are known. */
interface Visible {
  fields: Record<string, string>;
  rows: { detail: string; id: string; fields: Record<string, string> }[];
}

function valuesOf({ values, rows }: Write): Visible {
  const known = Object.entries(rows).flatMap(([detail, sent]) =>
    sent.filter((row) => row.dest !== '').map((row) => ({ detail, id: row.dest, fields: row.values })),
  );
  return { fields: values, rows: known };
}

function valuesBefore(draft: Draft, write: Write): Visible {
  const { fields = {}, rows = {} } = draft.state.sides.erp.known ?? {};
  const before = (names: Record<string, string>, there: Record<string, string>) =>
    Object.fromEntries(
      Object.keys(names).map((name) => [name, Object.hasOwn(there, name) ? (there[name] ?? '') : '']),
    );
  const after = valuesOf(write);
  return {
    fields: before(after.fields, fields),
    rows: after.rows.map((row) => ({ ...row, fields: before(row.fields, rows[row.detail]?.[row.id] ?? {}) })),
  };
}

/** @param wanted.unseen what counts for rows whose ids the ERP's records do not carry */
function shows(draft: Draft, record: RecordData, wanted: Visible & { unseen: boolean }): boolean {
  if (!holds(record.master, wanted.fields)) return false;
  return wanted.rows.every(({ detail, id, fields }) => {
    const idField = draft.facts.toErp?.details.find(({ dest }) => dest === detail)?.destIdField ?? '';
    const row = rowsOf(record, detail).find((one) => textOf(own(one, idField)) === id);
    return idField === '' ? wanted.unseen : row !== undefined && holds(row, fields);
  });
}

function holds(there: JsonObject, fields: Record<string, string>): boolean {
  return Object.entries(fields).every(([field, text]) => knownText(own(there, field)) === text);
}

function keepSnapshot(draft: Draft, change: Change, record: RecordData, order: number): void {
  const waiting = draft.state.waiting.erp;
  if (waiting !== undefined && isAsNew(waiting, order)) return;
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
    endsVoid: false,
    replaces: false,
    isStale: false,
    told: false,
    note: 'read to settle an update that was not answered',
  };
  if (waiting !== undefined && waiting.operation !== 'upsert') {
    // What was read does not show whether the record is voided.
    draft.keepOwed(snapshot, waiting);
    return;
  }
  if (waiting !== undefined) draft.supersede(waiting, 'A newer state of this record was read from the ERP.');
  const last = draft.state.sides.erp.order;
  if (last?.kind !== 'counter' || last.number < order) draft.setSide('erp', { order: snapshot.order });
  draft.state.waiting = { ...draft.state.waiting, erp: snapshot };
}

/** The record could not be read: later, or never, and then the sync is partial. */
export function readFailed(draft: Draft, current: CurrentOf<'details'>, outcome: ErpWriteOutcome): void {
  const { change, write, destId, order, attempts, asks } = current;
  const isLater = outcome.kind === 'deferred' || (outcome.kind === 'transient' && asks < mostAsks);
  if (!isLater) {
    const unpaired = addedRows(write.rows);
    confirm(draft, change, write, { destId, rows: write.rows, unpaired, order, attempts: attempts + 1 });
    return;
  }
  const askedMs = 'retryAfterMs' in outcome ? (outcome.retryAfterMs ?? 0) : 0;
  const dueAt = draft.now + Math.max(5_000 * 2 ** asks, askedMs);
  draft.setCurrent({ ...current, asks: outcome.kind === 'deferred' ? asks : asks + 1, dueAt });
  draft.result = 'details-later';
}
