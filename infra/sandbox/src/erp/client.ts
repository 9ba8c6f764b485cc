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
import type { ErpFaultKind } from './delivery.ts';
import type { ErpEdited } from './edits.ts';
import type { ErpSettings } from './erp.ts';
import type { ErpChange, ErpLedgerDraft } from './ledger-entry.ts';
import type { PushAnswer, PushTarget } from './push-client.ts';
import type { ErpRecord } from './records.ts';
import type { ErpSummary } from './summary.ts';

export interface ErpEditRequest {
  operation?: ErpChange;
  /** absent: a new record */
  dataId?: string;
  master?: JsonObject;
  details?: DetailRows;
  removeDetails?: DetailIds;
  /** modification time, ms; absent: now */
  stampedAt?: number;
  /** push it to Syncline's receiver, until it is taken or refused */
  push?: boolean;
}

export interface ErpSettingsRequest extends Partial<ErpSettings> {
  push?: Partial<PushTarget>;
  /** `{objectApiName: {idField, nameField, naturalKey, prefix, label, details: {api: {idField, prefix}}}}` */
  objects?: JsonObject;
}

export interface SandboxErp extends SandboxControl<ErpLedgerDraft, ErpFaultKind> {
  edit(objectApiName: string, edit: ErpEditRequest): Promise<ErpEdited>;
  /** Pushes the edit and waits for the receiver's last word. */
  editAndPush(objectApiName: string, edit: ErpEditRequest): Promise<ErpEdited & { push: PushAnswer }>;
  bulk(objectApiName: string, request: BulkOptions & ErpEditRequest): Promise<BulkResult>;
  records(objectApiName: string): Promise<ErpRecord[]>;
  record(objectApiName: string, dataId: string): Promise<ErpRecord | null>;
  /** @param fields whose last values are listed for each record */
  summary(fields?: string[]): Promise<ErpSummary>;
  settings(change: ErpSettingsRequest): Promise<ErpSettings>;
}

/** The control API of the sandbox ERP at a URL such as `http://127.0.0.1:8710`. */
export function sandboxErp(url: string): SandboxErp {
  const calls = new ControlCalls(url);
  const path = (kind: string, objectApiName: string): string =>
    `/control/${kind}/${encodeURIComponent(objectApiName)}`;
  return {
    ...sandboxControl<ErpLedgerDraft, ErpFaultKind>(calls),
    edit: (objectApiName, edit) => calls.send('POST', path('records', objectApiName), edit),
    editAndPush: (objectApiName, edit) =>
      calls.send('POST', path('records', objectApiName), { ...edit, push: true, waitForPush: true }),
    bulk: (objectApiName, request) => calls.send('POST', path('bulk', objectApiName), request),
    records: (objectApiName) => allRecords(calls, path('records', objectApiName)),
    record: (objectApiName, dataId) =>
      oneRecord(calls, `${path('records', objectApiName)}/${encodeURIComponent(dataId)}`),
    summary: (fields = []) => calls.get('/control/summary', { fields: fields.join(',') }),
    settings: (change) => calls.send('PUT', '/control/settings', change),
  };
}
