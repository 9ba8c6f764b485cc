import type { CrmWriteResult, ErpWriteResult, Side } from '@syncline/contract';
import type { Link } from './decide/facts.ts';
import type { OperatorInput } from './decide/operator-action.ts';
import type { Change } from './change.ts';
import type { PairKey } from './pair.ts';

/** An input on its way to its row. */
export type Addressed =
  | {
      kind: 'record';
      pair: PairKey;
      side: Side;
      dataId: string;
      /** the row of the write that made this record, if it names one of ours: it may know it before a pointer does */
      causedByRow: string;
      /** false for the dest object of a one-way stream: what no row knows is nobody's concern */
      mayBegin: boolean;
      change: Change;
    }
  | { kind: 'link'; pair: PairKey; link: Link }
  | { kind: 'row'; rowId: string; input: RowInput };

export type RowInput =
  | { kind: 'erpResult'; result: ErpWriteResult }
  | { kind: 'crmResult'; result: CrmWriteResult }
  | { kind: 'wake' }
  | OperatorInput
  | { kind: 'change' | 'again'; change: Change };
