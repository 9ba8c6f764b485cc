import { mappingStatus, otherSide, syncStatus, type JsonObject, type RecordData } from '@syncline/contract';
import type { Change } from '../change.ts';
import type { Current, SentRow, Write, WriteOperation } from '../current.ts';
import { addedRows, goneRows, rowsToSend } from './details.ts';
import type { Draft } from './draft.ts';
import { Needs, type Reading, type StreamFacts } from './facts.ts';

type Mapped = Extract<Reading['mapped'], { kind: 'ok' }>;

/** Delays before an unanswered write is sent once more with the same id; the last one repeats. */
const resendDelaysMs = {
  crm: [60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000],
  erp: [600_000, 1_800_000, 3_600_000],
} as const;

/** The write that carries a change to the other side. */
export function prepareWrite(
  draft: Draft,
  change: Change,
  operation: WriteOperation,
  mapped: Mapped,
): { write: Write; notes: string[] } {
  const stream = draft.streamOutOf(change.side);
  if (stream === null) throw new Error('a change without a stream cannot be written');
  const to = otherSide(change.side);
  // Cancelling a record says nothing of its rows.
  const { rows, leftOut } =
    operation === 'void' ? { rows: {}, leftOut: 0 } : rowsToSend(draft.state, change.side, stream, mapped);
  const record = recordFor(draft, change, stream, { mapped, rows });
  const write: Write = {
    to,
    operation,
    body: { record },
    values: mapped.values,
    rows,
    match: operation === 'create' ? mapped.match : [],
    // In a two-way pair a repeat of an update could undo what a person changed in the ERP meanwhile.
    guarded: to === 'erp' && (operation === 'create' || addedRows(rows) > 0 || draft.facts.toCrm !== null),
    owes: mapped.owes,
    revision: 0,
  };
  const gone =
    operation === 'void' ? 0 : goneRows(draft.state, change.side, stream, draft.reading(change).source);
  return { write, notes: notesOf(leftOut, gone) };
}

function notesOf(leftOut: number, gone: number): string[] {
  return [
    leftOut === 0
      ? ''
      : `${String(leftOut)} detail rows are not sent: the other side may have them under ids that are not known.`,
    gone === 0 ? '' : `${String(gone)} detail rows are gone from the source; they stay on the other side.`,
  ].filter((note) => note !== '');
}

// An update carries the target's ids, a create does not (contract 4). The CRM takes its master id beside the data.
function recordFor(
  draft: Draft,
  change: Change,
  stream: StreamFacts,
  parts: { mapped: Mapped; rows: Record<string, SentRow[]> },
): RecordData {
  const { mapped, rows } = parts;
  const destId = draft.counterpartOf(change.side);
  const withId = change.side === 'crm' && destId !== '' && stream.destIdField !== '';
  const master: JsonObject = withId
    ? { ...mapped.record.master, [stream.destIdField]: destId }
    : mapped.record.master;
  const details: RecordData['details'] = {};
  for (const detail of stream.details) {
    const bodies = mapped.record.details[detail.dest] ?? [];
    const sources = mapped.rows[detail.dest] ?? [];
    const sent = new Map((rows[detail.dest] ?? []).map((row) => [row.source, row.dest]));
    const kept = bodies.flatMap((body, i) => {
      const dest = sent.get(sources[i]?.source ?? '');
      if (dest === undefined) return [];
      return [dest === '' || detail.destIdField === '' ? body : { ...body, [detail.destIdField]: dest }];
    });
    // An empty list could be read as one that takes all rows away.
    if (kept.length > 0) details[detail.dest] = kept;
  }
  return { master, details };
}

/** Puts a write in flight: the row is reserved before it leaves (design, "A create is guarded"). */
export function putInFlight(
  draft: Draft,
  change: Change,
  write: Write,
  before: Pick<Current, 'attempts' | 'sends' | 'doubtSince'> & { inDoubt?: boolean },
): void {
  const { state, now } = draft;
  const sends = before.sends + 1;
  const revision = write.to === 'crm' ? nextRevision(draft) : 0;
  if (write.to === 'crm') {
    state.lastRevision = revision;
    const writeId = crmWriteId(change, sends);
    state.ownWrites = [
      ...state.ownWrites,
      { writeId, operation: write.operation, crmMoves: state.crmMoves },
    ].slice(-8);
  }
  if (write.to === 'erp') state.crmMoves += 1;
  if (write.operation === 'create') state.status = mappingStatus.reserved;
  draft.setCurrent({
    phase: 'inFlight',
    change,
    write: { ...write, revision },
    attempts: before.attempts,
    sends,
    since: now,
    doubtSince: before.doubtSince,
    inDoubt: before.inDoubt ?? false,
    resends: 0,
    dueAt: now + resendDelaysMs[write.to][0],
  });
  draft.show(syncStatus.inFlight, change);
  draft.tell(
    change,
    {
      kind: 'sent',
      message: `${write.operation} sent to the ${write.to.toUpperCase()}, attempt ${String(sends)}`,
      body: write.body,
    },
    { status: syncStatus.inFlight, operation: write.operation, attempts: before.attempts + 1 },
  );
  draft.send('write');
  draft.result = `sent-${write.operation}`;
}

function nextRevision({ facts, state }: Draft): number {
  if (facts.crmRevision === undefined) throw new Needs({ kind: 'crmRevision' });
  return Math.max(facts.crmRevision, state.lastRevision + 1);
}

/** A new attempt after the CRM's own answer needs a new id: the CRM answers one id always the same (contract 2). */
export function crmWriteId(change: Change, sends: number): string {
  return sends === 1 ? change.syncId : `${change.syncId}.${String(sends)}`;
}

/** Sends once more what nobody answered, under the same id. */
export function resend(draft: Draft): void {
  const { current } = draft.state;
  if (current?.phase !== 'inFlight') return;
  const delays: readonly number[] = resendDelaysMs[current.write.to];
  const resends = current.resends + 1;
  const delay = delays[Math.min(resends, delays.length - 1)] ?? 3_600_000;
  draft.setCurrent({ ...current, resends, dueAt: draft.now + delay });
  draft.tell(current.change, { kind: 'resent', message: 'No answer yet: sent once more under the same id.' });
  draft.send('write');
  draft.result = 'resent';
}
