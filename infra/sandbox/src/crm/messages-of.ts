import {
  recordKey,
  stringifyJson,
  topics,
  type CrmEvent,
  type CrmReadEnd,
  type CrmWriteResult,
  type Topic,
} from '@syncline/contract';
import type { Numbered } from '../shared/journal.ts';
import type { CrmLedgerDraft } from './ledger-entry.ts';
import type { CrmRecord } from './records.ts';

/** A message that an entry makes the CRM send. */
export interface CrmMessage {
  topic: Topic;
  key: string;
  value: string;
}

/** What an entry says to the outside: the same messages whenever it is asked, so a crash can only repeat them. */
export interface CrmMessages {
  event: CrmMessage[];
  answer: CrmMessage[];
}

/**
 * @param records what the entry changed, or what a read selected
 * @param journalId tells this journal from one that was wiped, so that event ids never return
 */
export function messagesOf(
  entry: Numbered<CrmLedgerDraft>,
  records: CrmRecord[],
  journalId: string,
): CrmMessages {
  if (entry.faults.includes('silent')) return { event: [], answer: [] };
  const answers = !entry.faults.includes('no-answer');
  if (entry.by === 'read') return { event: [], answer: answers ? readAnswer(entry, records) : [] };
  const event = records.map((record) => eventOf(entry, record, `${journalId}-${String(entry.seq)}`));
  return {
    event: entry.faults.includes('drop-event')
      ? []
      : entry.faults.includes('duplicate-event')
        ? [...event, ...event]
        : event,
    answer: answers && entry.by === 'write' ? [writeResult(entry)] : [],
  };
}

function eventOf(entry: Numbered<CrmLedgerDraft>, record: CrmRecord, eventId: string): CrmMessage {
  const { tenantId, objectApiName, dataId, data, details } = record;
  const event: CrmEvent = {
    eventId,
    tenantId,
    objectApiName,
    dataId,
    operation: entry.operation === 'read' ? 'update' : entry.operation,
    occurredAt: entry.occurredAt ?? entry.at,
    origin: entry.by === 'user' ? 'user' : 'integration',
    ...(entry.writeId !== undefined && !entry.faults.includes('no-caused-by') && { causedBy: entry.writeId }),
    data,
    details,
  };
  return {
    topic: topics.crmEvents,
    key: recordKey(tenantId, objectApiName, dataId),
    value: stringifyJson(event),
  };
}

function writeResult(entry: Numbered<CrmLedgerDraft>): CrmMessage {
  const result: CrmWriteResult = {
    writeId: entry.writeId ?? '',
    tenantId: entry.tenantId,
    success: entry.errorCode === undefined,
    dataId: entry.dataId,
    detailDataIds: entry.detailIds ?? {},
    errorCode: entry.errorCode ?? null,
    errorMessage: entry.errorMessage ?? null,
  };
  return { topic: topics.crmWriteResults, key: entry.key ?? '', value: stringifyJson(result) };
}

/** The records as they stand, then the end. A reading is no change: it names no user and no write. */
function readAnswer(entry: Numbered<CrmLedgerDraft>, records: CrmRecord[]): CrmMessage[] {
  const readId = entry.readId ?? '';
  const events = records.map((record) => {
    const { tenantId, objectApiName, dataId, data, details, status, modifiedAt } = record;
    const event: CrmEvent = {
      eventId: `${readId}/${dataId}`,
      tenantId,
      objectApiName,
      dataId,
      operation: status === 'invalid' ? 'invalid' : 'update',
      occurredAt: modifiedAt,
      origin: 'user',
      data,
      details,
      readId,
    };
    return {
      topic: topics.crmEvents,
      key: recordKey(tenantId, objectApiName, dataId),
      value: stringifyJson(event),
    };
  });
  const end: CrmReadEnd = { readId, tenantId: entry.tenantId, last: true, count: records.length };
  return [...events, { topic: topics.crmEvents, key: entry.key ?? '', value: stringifyJson(end) }];
}
