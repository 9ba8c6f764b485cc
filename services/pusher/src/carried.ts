import type { DataCenter, ErpObject } from '@syncline/catalog';
import type { ErpCall, ErpWriteOutcome } from '@syncline/contract';
import type { Gate } from './gate.ts';

/** Where a write goes. */
export interface Target {
  dataCenter: DataCenter;
  erpObject: ErpObject;
  gate: Gate;
}

/** What became of a write, and how it is told. */
export type Carried =
  /** `isAnswer`: of a guarded write, to be stored before it is published */
  | { outcome: ErpWriteOutcome; call?: ErpCall; isAnswer?: boolean }
  /** the result as it was stored when the answer came */
  | { published: string }
  /** no longer what its row waits for: nobody asks what became of it */
  | 'dropped';
