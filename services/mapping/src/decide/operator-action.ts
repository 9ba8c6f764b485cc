import type { Side } from '@syncline/contract';
import type { Change } from '../change.ts';

/** What a person wants done about a record. */
export type OperatorAction =
  /**
   * what failed last, or waits, is tried at once; of this side alone, or if it is this sync, where one is named; `asNew`:
   * whatever the other side holds that equals it
   */
  | { do: 'retry'; side: Side | null; syncId?: string; asNew?: true }
  /** the snapshot of an earlier sync is decided again, as it is stored or as the person corrected it */
  | { do: 'replay'; syncId: string; stored: Change; edited?: Change; asNew?: true }
  /** the ERP is asked for the record, and what it shows is decided */
  | { do: 'fetch' }
  /** what nobody knows the end of, or what failed, is there under this id */
  | { do: 'exists'; side: Side; destId: string }
  /** what nobody knows the end of did not happen */
  | { do: 'sendAgain' }
  /** a failure that needs nothing more */
  | { do: 'resolve'; syncId: string; reason: string }
  /** what is held because its stream is off is to be forgotten */
  | { do: 'discard'; reason: string };

export interface OperatorInput {
  kind: 'operator';
  /** who, as people are shown it */
  by: string;
  action: OperatorAction;
  /** the bulk retry that it belongs to, which takes a record once */
  taskId?: string;
}

export const refusals = [
  'under-way',
  'newer',
  'nothing-failed',
  'needs-person',
  'stream-off',
  'voided',
  'no-stream',
  'taken-before',
  'exists',
  'not-held',
] as const;
/** Why an action is not carried out. */
export type Refusal = (typeof refusals)[number];
