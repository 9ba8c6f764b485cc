import type { Failure, Side } from '@syncline/contract';
import type { Body, Change, Known } from './change.ts';

export type WriteOperation = 'create' | 'update' | 'void' | 'recover';

/** A write that was decided, with all that is needed to send it again and to know what it did. */
export interface Write {
  to: Side;
  operation: WriteOperation;
  body: Body;
  /** what the target will hold once it is confirmed */
  values: Known['fields'];
  /** detail rows in the order sent, by the target's detail object */
  rows: Record<string, SentRow[]>;
  match: { field: string; value: string }[];
  guarded: boolean;
  /** keys of optional references that were left out because the other record waits for this one */
  owes: WaitKey[];
  revision: number;
}

export interface SentRow {
  source: string;
  /** '' for a row that the target has not met */
  dest: string;
  values: Record<string, string>;
}

export interface WaitKey {
  key: string;
  /** in words, for people: `AccountObj A1` */
  label: string;
  /** could the record go without it? */
  isOptional: boolean;
}

interface CurrentBase {
  change: Change;
  /** failed attempts, against the retry schedule */
  attempts: number;
  /** messages sent for this sync; numbers each attempt */
  sends: number;
  /** when it is due by itself, ms; null when only an input moves it on */
  dueAt: number | null;
  /** since when it is in this phase, ms */
  since: number;
  /** when the first attempt left of which nobody knows whether it was carried out, ms; null when there is none */
  doubtSince: number | null;
}

/** Nothing is in flight: a newer change takes its place. */
export type Resting = CurrentBase &
  /** waits for the next attempt */
  (
    | { phase: 'retry' }
    /** waits for other records */
    | { phase: 'parked'; keys: WaitKey[] }
    /** waits for creates of the opposite stream that could have made this record */
    | { phase: 'openWait'; keys: WaitKey[] }
    /** its stream is off */
    | { phase: 'held'; streamId: string }
  );

/** A newer change waits until this has ended. */
export type Busy = CurrentBase &
  (
    | {
        phase: 'inFlight';
        write: Write;
        resends: number;
        /** an earlier attempt may have happened, and nothing settles that: never to be sent under another id */
        inDoubt: boolean;
      }
    /** the write may or may not have happened: being asked about */
    | {
        phase: 'unknown';
        write: Write;
        attemptedFrom: number;
        attemptedTo: number;
        asks: number;
        failure: Failure;
      }
    /** it may have happened and cannot be asked about: waits to be sent again, under the same id */
    | { phase: 'resend'; write: Write; failure: Failure }
    /** a person has to say what became of it (state 10) */
    | { phase: 'person'; write: Write; candidates: string[]; failure: Failure }
    /** the master was written; the ids of its detail rows are being looked up */
    | { phase: 'details'; write: Write; destId: string; order: number; asks: number }
    /** the ERP record is being read again before it is decided; `aside` goes on if that turns out to be no news */
    | { phase: 'reread'; aside: Resting | null }
  );

export type Current = Resting | Busy;
export type Phase = Current['phase'];
export type CurrentOf<P extends Phase> = Extract<Current, { phase: P }>;

const restingPhases: readonly Phase[] = ['retry', 'parked', 'openWait', 'held'];

export function isResting(current: Current | null): current is Resting | null {
  return current === null || restingPhases.includes(current.phase);
}
