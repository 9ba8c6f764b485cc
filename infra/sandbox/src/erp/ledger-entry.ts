import type { JsonObject, RecordData } from '@syncline/contract';
import type { DetailIds } from '../shared/rows.ts';

export type ErpChange = 'create' | 'update' | 'void' | 'recover';
export type ErpQuery = 'queryMasterBatch' | 'queryMasterById';

/** One thing that arrived at the ERP, and what it applied. */
export interface ErpLedgerDraft {
  at: number;
  /** Syncline's call, a person's edit, or the ERP's own push of such an edit */
  by: 'call' | 'user' | 'push';
  operation: ErpChange | ErpQuery | 'push';
  objectApiName: string;
  dataId: string | null;
  /** did it change a record? */
  applied: boolean;
  /** HTTP status; null when no answer was sent (cut, stalled) */
  status: number | null;
  /** code of the answer; null when there was none */
  code: string | null;
  message?: string;
  /** the kind of the fault that hit this call */
  fault: string | null;
  sent?: RecordData;
  /** ids of the detail rows that were sent, in order */
  detailIds?: DetailIds;
  removedDetails?: DetailIds;
  /** the modification time, where it is not `at` */
  stampedAt?: number;
  idempotencyKey?: string;
  /** the entry that applied the same `Idempotency-Key` before */
  repeatOf?: number;
  traceparent?: string;
  query?: JsonObject;
  /** rows of a query's answer */
  returned?: number;
  /** a person's edit that goes to Syncline's receiver */
  push?: boolean;
  /** the edit that this push was about; its end, one way or the other */
  pushOf?: number;
}

export function isChange(operation: string): operation is ErpChange {
  return operation === 'create' || operation === 'update' || operation === 'void' || operation === 'recover';
}
