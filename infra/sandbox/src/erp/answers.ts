import type { JsonObject, RecordData } from '@syncline/contract';
import type { DetailIds } from '../shared/rows.ts';
import type { ErpFault } from './delivery.ts';
import type { Erp } from './erp.ts';
import type { ErpChange, ErpLedgerDraft, ErpQuery } from './ledger-entry.ts';
import type { ErpRecord } from './records.ts';

/** A call that was understood. */
export interface ErpCall {
  operation: ErpChange | ErpQuery;
  objectApiName: string;
  sent?: RecordData;
  query?: URLSearchParams;
  idempotencyKey?: string;
  traceparent?: string;
}

export interface Reply {
  code: string;
  message: string;
  data?: JsonObject | null;
}

/** A reply, and what the ledger says of the call behind it. */
export interface Outcome {
  reply: Reply;
  entry: Partial<ErpLedgerDraft>;
}

/** What an honest ERP would answer, and what it would write down. Changes nothing. */
export function decide(erp: Erp, call: ErpCall): Outcome {
  if (call.operation === 'queryMasterBatch') return queryBatch(erp, call);
  if (call.operation === 'queryMasterById') return queryById(erp, call);
  return change(erp, call, call.operation);
}

function change(erp: Erp, call: ErpCall, operation: ErpChange): Outcome {
  const earlier = erp.settings.idempotency ? erp.appliedKeys.get(call.idempotencyKey ?? '') : undefined;
  if (earlier !== undefined) {
    const { dataId, detailIds = {} } = erp.journal.at(earlier);
    return { reply: success(dataId ?? '', detailIds), entry: { dataId, detailIds, repeatOf: earlier } };
  }
  const sent = call.sent ?? { master: {}, details: {} };
  const plan = erp.records.plan({ objectApiName: call.objectApiName, operation, sent });
  if (!plan.ok) return { reply: { code: plan.code, message: plan.message }, entry: {} };
  const { dataId, detailIds } = plan;
  // An update without operationType puts a voided record back into force (design, "Void and recover").
  const isRecover = operation === 'update' && erp.records.get(call.objectApiName, dataId)?.voided === true;
  return {
    reply: success(dataId, detailIds),
    entry: { dataId, detailIds, applied: true, ...(isRecover && { operation: 'recover' }) },
  };
}

function success(dataId: string, detailIds: DetailIds): Reply {
  return { code: '0', message: 'success', data: { masterDataId: dataId, detailDataIds: detailIds } };
}

function queryBatch(erp: Erp, { objectApiName, query }: ErpCall): Outcome {
  const number = (name: string, fallback: number): number => Number(query?.get(name) ?? fallback);
  const { total, page } = erp.records.query(objectApiName, {
    startTime: number('startTime', 0),
    endTime: number('endTime', Number.MAX_SAFE_INTEGER),
    offset: number('offset', 0),
    limit: number('limit', 100),
  });
  const dataList = page.map((record) => standardRecordOf(record, query));
  return {
    reply: { code: '0', message: 'success', data: { totalNum: total, dataList } },
    entry: { returned: page.length },
  };
}

function queryById(erp: Erp, { objectApiName, query }: ErpCall): Outcome {
  const dataId = query?.get('dataId') ?? '';
  const record = erp.records.get(objectApiName, dataId);
  return {
    reply: { code: '0', message: 'success', data: record ? standardRecordOf(record, query) : null },
    entry: { dataId, returned: record ? 1 : 0 },
  };
}

function standardRecordOf(record: ErpRecord, query: URLSearchParams | undefined): JsonObject {
  const withDetails = query?.get('includeDetail') !== 'false';
  return {
    objAPIName: record.objectApiName,
    masterFieldVal: record.master,
    ...(withDetails && { detailFieldVals: record.details }),
  };
}

/** Takes ids out of a success: all of them, or the last one of each detail list. */
export function spoilIds(reply: Reply, fault: ErpFault | undefined): Reply {
  const { data } = reply;
  if (data === undefined || data === null) return reply;
  if (fault?.kind === 'no-id') return { ...reply, data: {} };
  if (fault?.kind !== 'short-details') return reply;
  const ids = Object.entries(data.detailDataIds as DetailIds).map(
    ([api, list]) => [api, list.slice(0, -1)] as const,
  );
  return { ...reply, data: { ...data, detailDataIds: Object.fromEntries(ids) } };
}
