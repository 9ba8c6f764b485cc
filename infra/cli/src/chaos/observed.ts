import type { Side } from '@syncline/contract';
import type { Kind } from './kinds.ts';

/** A record as one side holds it. */
export interface SeenRecord {
  side: Side;
  kind: Kind;
  id: string;
  key: string;
  label: string;
  isVoided: boolean;
  rows: { key: string; label: string }[];
  /** id, on this side, of the record that it names; '' for none */
  reference: string;
}

/** One thing that changed a record, from a side's own ledger, in the ledger's order. */
export interface SeenChange {
  side: Side;
  kind: Kind;
  seq: number;
  id: string;
  by: 'user' | 'sync';
  operation: 'create' | 'update' | 'void' | 'recover';
  /** the label that it wrote; null when it wrote none */
  label: string | null;
  /**
   * of an edit in the ERP: the ledger's number of its push, when the receiver acknowledged that; null when it did not, or
   * there was none. Numbers and no times, as the ERP's clock may jump.
   */
  toldSeq: number | null;
}

/** The mapping row of a pair, as far as it says whether something is still open. */
export interface SeenRow {
  id: string;
  crmObject: string;
  erpObject: string;
  crmId: string;
  erpId: string;
  lastSyncStatus: number;
  /** what is being carried out, '' for nothing */
  phase: string;
  /** does something wait behind it, or has something failed? */
  isWaiting: boolean;
  hasFailed: boolean;
}

/** Everything that the invariants look at. */
export interface Observed {
  records: SeenRecord[];
  changes: SeenChange[];
  rows: SeenRow[];
  /** pushes that the receiver has refused for good, in words */
  refusedPushes: string[];
  /** faults of the sandboxes that hit a call, by kind */
  hits: Record<string, number>;
  /** what is left over although nothing goes wrong any more, in words: lag, registers, dead letters */
  leftOver: string[];
}
