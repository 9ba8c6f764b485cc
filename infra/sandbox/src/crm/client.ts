import type { JsonObject } from '@syncline/contract';
import {
  allRecords,
  ControlCalls,
  oneRecord,
  sandboxControl,
  type BulkOptions,
  type BulkResult,
  type SandboxControl,
} from '../control-client.ts';
import type { DetailIds, DetailRows } from '../shared/rows.ts';
import type { CrmEdited } from './edits.ts';
import type { CrmFaultKind, CrmLedgerDraft, CrmOperation } from './ledger-entry.ts';
import type { CrmRecord } from './records.ts';
import type { CrmSummary } from './summary.ts';

export interface CrmEditRequest {
  tenantId?: string;
  operation?: CrmOperation;
  /** absent: a new record */
  dataId?: string;
  data?: JsonObject;
  details?: DetailRows;
  removeDetails?: DetailIds;
  /** of the event, ms; absent: now */
  occurredAt?: number;
  /** answer only when the broker has the event */
  wait?: boolean;
}

export interface SandboxCrm extends SandboxControl<CrmLedgerDraft, CrmFaultKind> {
  edit(objectApiName: string, edit: CrmEditRequest): Promise<CrmEdited>;
  bulk(objectApiName: string, request: BulkOptions & CrmEditRequest): Promise<BulkResult>;
  records(objectApiName: string, tenantId?: string): Promise<CrmRecord[]>;
  record(objectApiName: string, dataId: string, tenantId?: string): Promise<CrmRecord | null>;
  /** @param fields whose last values are listed for each record */
  summary(fields?: string[], tenantId?: string): Promise<CrmSummary>;
}

/** The control API of the sandbox CRM at a URL such as `http://127.0.0.1:8711`. */
export function sandboxCrm(url: string): SandboxCrm {
  const calls = new ControlCalls(url);
  const path = (kind: string, objectApiName: string): string =>
    `/control/${kind}/${encodeURIComponent(objectApiName)}`;
  return {
    ...sandboxControl<CrmLedgerDraft, CrmFaultKind>(calls),
    edit: (objectApiName, edit) => calls.send('POST', path('records', objectApiName), edit),
    bulk: (objectApiName, request) => calls.send('POST', path('bulk', objectApiName), request),
    records: (objectApiName, tenantId) => allRecords(calls, path('records', objectApiName), { tenantId }),
    record: (objectApiName, dataId, tenantId) =>
      oneRecord(calls, `${path('records', objectApiName)}/${encodeURIComponent(dataId)}`, { tenantId }),
    summary: (fields = [], tenantId) => calls.get('/control/summary', { fields: fields.join(','), tenantId }),
  };
}
