import type { CatalogView, DataCenter, Stream } from '@syncline/catalog';
import { otherSide, syncStatus, topics, toStandardRecord, type Json } from '@syncline/contract';
import { UnwritableBody, writeBody } from '@syncline/erp';
import { messagesOf } from '../effects.ts';
import type { Change } from '../change.ts';
import type { WriteOperation } from '../current.ts';
import type { Folded } from '../fold.ts';
import type { FieldSource, FieldStory, MappedFields } from '../map-fields.ts';
import { pairStreams } from '../pair-facts.ts';
import type { OutcomeFacts } from '../pair.ts';
import type { MappedParts } from '../read-change.ts';

/** What would become of a record, and why. */
export interface Preview {
  dataId: string;
  /** the id of its counterpart; null when it has none */
  destId: string | null;
  outcome: WriteOperation | 'skipped' | 'waiting' | 'failed';
  /** why it is not written, or not at once; null when it is */
  reason: { code: string; message: string } | null;
  fields: PreviewField[];
  details: { dest: string; rows: { source: string; fields: PreviewField[] }[] }[];
  /** what else there is to know */
  notes: string[];
  /** what would be sent, byte for byte but for ids that are given when it is sent */
  request: PreviewRequest | null;
}

export interface PreviewField {
  to: string;
  /** null where there is none; `problem` says why */
  value: Json;
  by: FieldSource;
  /** what the value was made of: the source's field, or the expression's result */
  made: Json;
  problem: FieldStory['problem'];
}

export type PreviewRequest =
  | { to: 'erp'; method: 'POST'; url: string; headers: Record<string, string>; body: string }
  | { to: 'crm'; topic: string; body: string };

interface Decided {
  change: Change;
  stream: Stream;
  view: CatalogView;
  /** decided on the row as it stands */
  folded: Folded;
  /** decided as if nothing were under way */
  atRest: Folded;
  parts: MappedParts | null;
}

export function describe(decided: Decided): Preview {
  const { change, folded, atRest, parts } = decided;
  const destId = atRest.state.sides[otherSide(change.side)].id;
  const operation = writeOf(atRest)?.operation;
  const reason = reasonOf(folded, atRest);
  return {
    dataId: change.dataId,
    destId: destId === '' ? null : destId,
    outcome: reason === null && operation !== undefined ? operation : outcomeOf(folded),
    reason,
    fields: parts === null ? [] : fieldsOf(parts.master),
    details: (parts?.details ?? []).map(({ dest, rows }) => ({
      dest,
      rows: rows.map(({ source, mapped }) => ({ source, fields: fieldsOf(mapped) })),
    })),
    notes: notesOf(atRest),
    request: requestOf(decided),
  };
}

function fieldsOf({ fields, stories }: MappedFields): PreviewField[] {
  return stories.map(({ to, by, made, problem }) => ({
    to,
    value: problem === null ? (fields[to] ?? null) : null,
    by,
    made,
    problem,
  }));
}

function writeOf({ state }: Folded) {
  return state.current?.phase === 'inFlight' ? state.current.write : null;
}

function outcomesOf({ effects }: Folded): OutcomeFacts[] {
  return effects.flatMap((effect) => (effect.kind === 'outcome' ? [effect.outcome] : []));
}

function outcomeOf(folded: Folded): 'skipped' | 'waiting' | 'failed' {
  const [result = ''] = folded.results.map((one) => one.result);
  if (result === 'queued') return 'waiting';
  const ended = outcomesOf(folded).at(-1);
  if (ended !== undefined) return ended.status === syncStatus.failed ? 'failed' : 'skipped';
  return folded.state.current === null || result === 'unchanged' ? 'skipped' : 'waiting';
}

/** Results that leave no record in the history, in words. */
const dropped: Record<string, string> = {
  unchanged: 'It says nothing that the last confirmed or waiting change did not say.',
  repeat: 'It was taken before.',
  'no-stream': 'No stream leads out of this object.',
  'not-of-this-pair': 'It belongs to another pair, and is decided there.',
};

function reasonOf(folded: Folded, atRest: Folded): Preview['reason'] {
  const [code = ''] = folded.results.map(({ result }) => result);
  if (code === 'queued')
    return { code, message: `It waits behind what is under way; then: ${thenText(atRest)}.` };
  if (writeOf(folded) !== null && code.startsWith('sent-')) return null;
  const ended = outcomesOf(folded).at(-1)?.failure;
  if (ended !== undefined && ended !== null) return { code: ended.code, message: ended.message };
  const told = folded.effects.flatMap((effect) => (effect.kind === 'history' ? effect.events : []));
  return { code, message: dropped[code] ?? told.at(-1)?.message ?? code };
}

function thenText(atRest: Folded): string {
  const operation = writeOf(atRest)?.operation;
  return operation ?? `${outcomeOf(atRest)} (${reasonOf(atRest, atRest)?.message ?? ''})`;
}

function notesOf({ effects }: Folded): string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'history'
      ? effect.events.flatMap(({ kind, message }) => (kind === 'note' ? [message] : []))
      : [],
  );
}

function requestOf({ stream, view, atRest }: Decided): PreviewRequest | null {
  const write = writeOf(atRest);
  if (write === null || !('record' in write.body)) return null;
  if (write.to === 'crm') return crmRequest(view, atRest);
  const dataCenter = view.dataCenter(stream.tenantId, stream.dataCenterId);
  if (dataCenter === undefined) return null;
  return erpRequest(dataCenter, write.operation, {
    ...toStandardRecord(stream.dest, write.body.record),
  });
}

/** The message as mapping produces it; `writeId` and `revision` are given when it is. */
function crmRequest(view: CatalogView, { state, effects }: Folded): PreviewRequest | null {
  const { pair } = pairStreams(view, state);
  const sent = messagesOf({ state, effects, pair }, new Map()).find(
    ({ topic }) => topic === topics.crmWrites,
  );
  return sent === undefined ? null : { to: 'crm', topic: topics.crmWrites, body: String(sent.value) };
}

type Standard = Parameters<typeof writeBody>[1];

function erpRequest(
  { baseUrl, format }: DataCenter,
  operation: WriteOperation,
  record: Standard,
): PreviewRequest {
  const path = operation === 'create' ? 'create' : 'update';
  return {
    to: 'erp',
    method: 'POST',
    url: `${baseUrl.replace(/\/$/, '')}/${path}`,
    headers: { ...(operation === 'void' ? { operationType: '3' } : {}) },
    body: bodyOf(format, record),
  };
}

function bodyOf(format: DataCenter['format'], record: Standard): string {
  try {
    return writeBody(format, record);
  } catch (error) {
    if (!(error instanceof UnwritableBody)) throw error;
    return `It cannot be written as ${format}: ${error.message}`;
  }
}
