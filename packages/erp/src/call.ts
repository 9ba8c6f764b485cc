import type { DataCenter } from '@syncline/catalog';
import type { ErpCall, RecordData } from '@syncline/contract';

/** Where a call goes and what accompanies it. */
export interface ErpCallContext {
  dataCenter: DataCenter;
  objectApiName: string;
  /** the sync record's id, the same on every retry (contract 4) */
  idempotencyKey?: string | undefined;
  traceparent?: string | undefined;
  /** for the whole exchange, answer included; the data center's by default */
  timeoutMs?: number | undefined;
}

/** Why a call brought nothing; `kind` says what happens next (design, "Failures are classed"). */
export interface ErpFailure {
  kind: 'transient' | 'unknown' | 'rejected' | 'broken';
  /** the ERP's code, or ours in kebab case */
  code: string;
  message: string;
  /** what the ERP asked for in `Retry-After` */
  retryAfterMs?: number;
  /** Does it speak of the ERP and not of this record? Such failures in a row open the breaker. */
  unwell: boolean;
}

export type Failed = { ok: false; failure: ErpFailure; call: ErpCall };

/** A create always has a `dataId`; an update's is null where the ERP does not repeat it. */
export type Written = {
  ok: true;
  dataId: string | null;
  /** by detail API name, in the order of the rows sent; `''` where the ERP gave none for a row */
  detailIds: Record<string, string[]>;
  call: ErpCall;
};

export interface QueriedRecord {
  objAPIName: string;
  record: RecordData;
}

/** A row of a page that is not a record. It does not spoil the others. */
export interface UnreadableRow {
  /** in the page, from 0 */
  index: number;
  /** with the path in the answer */
  message: string;
}

export type QueriedPage = {
  ok: true;
  /** null where the ERP does not say */
  totalNum: number | null;
  records: QueriedRecord[];
  unreadable: UnreadableRow[];
  /** ms; the ERP's own clock as its header `Date` told it, to the second; absent where it did not */
  erpTime?: number;
  call: ErpCall;
};

export type QueriedById = {
  ok: true;
  /** null: the ERP has no such record */
  record: RecordData | null;
  call: ErpCall;
};
