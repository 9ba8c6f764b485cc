import type { CrmWriteResult, ErpWriteResult, Failure, RecordData, Side } from '@syncline/contract';
import type { Change, Known } from '../change.ts';
import type { WaitKey, WriteOperation } from '../current.ts';
import type { MatchKey } from '../match-key.ts';
import type { PairState, Effect } from '../pair.ts';
import type { OperatorInput, Refusal } from './operator-action.ts';

/** What decides about a pair: a change from either side, an answer, a time that has come, or a person. */
export type Input =
  | { kind: 'change'; change: Change }
  /** what is known of a side is taken once more, for a historical sync task whose source does not answer */
  | { kind: 'again'; change: Change }
  | { kind: 'erpResult'; result: ErpWriteResult }
  | { kind: 'crmResult'; result: CrmWriteResult }
  /** a due time, a dependency that appeared, an open create that ended, a stream that is on again */
  | { kind: 'wake' }
  | { kind: 'link'; link: Link }
  /** a person puts right what failed, waits or is held */
  | OperatorInput;

/** A person or script says which records belong together (spec 5). */
export interface Link {
  mode: 'create' | 'update';
  sourceSide: Side;
  sourceId: string;
  destId: string;
  sourceName: string | undefined;
  destName: string | undefined;
  remark: string | undefined;
}

/** What `decide` needs to know of a stream. */
export interface StreamFacts {
  id: string;
  enabled: boolean;
  triggers: readonly string[];
  configRevision: string;
  /** pairs of detail objects, source and dest as the stream names them, with the target's id field ('' when none) */
  details: { source: string; dest: string; destIdField: string }[];
  /** the target's id field ('_id' in the CRM) */
  destIdField: string;
  retryDelaysMs: readonly number[];
  createSettleMs: number;
  onUnknownCreate: 'hold' | 'resend';
  /** can an unanswered create be looked up? Only with match fields, and only in the ERP */
  canFind: boolean;
  /** absent: towards the CRM a record is created whatever that holds */
  looksForMatch?: true;
  /** absent: it has none. `changes`: one before or during the mapping, so that a reading alone says not what is written */
  hooks?: { changes: boolean; after: boolean };
}

/** A change read through its stream: what it says of its own side, and what it becomes on the other. */
export interface Reading {
  source: Known;
  name: string;
  /** it says nothing but its id */
  isBare?: true;
  /** what an ERP record is matched with the CRM's by; absent where no match is looked for */
  match?: MatchKey | undefined;
  mapped:
    | {
        kind: 'ok';
        record: RecordData;
        values: Known['fields'];
        /** mapped rows by the target's detail object, in order */
        rows: Record<string, { source: string; values: Record<string, string> }[]>;
        match: { field: string; value: string }[];
        owes: WaitKey[];
      }
    | { kind: 'filtered' }
    | { kind: 'waits'; keys: WaitKey[] }
    /** `byHook`: not even a void goes on then, which needs no more than the id else */
    | { kind: 'failed'; failure: Failure; byHook?: true }
    /** a hook does not want it written */
    | { kind: 'stopped'; message: string }
    /** no stream leads out of this side */
    | { kind: 'none' };
}

/** What a change becomes on the other side, after the stream's hooks, and what they logged. */
export interface Hooked {
  mapped: Reading['mapped'];
  log: string[];
}

/** A create of the opposite stream that is open (design, "An unknown id may be ours"). */
export interface OpenCreateFacts {
  rowId: string;
  match: string | null;
  openedAt: number;
}

/** The CRM's records with one key that have no counterpart yet. */
export interface Candidates {
  free: { dataId: string; name: string }[];
  /** so many have these values that some may be missing */
  isFull: boolean;
}

/** Who holds an id of the target: this pair, or another one. */
export type Claim = { owner: string };

/** Everything outside the state that a decision rests on. What is missing is asked for with `Needs`. */
export interface Facts {
  now: number;
  /** in [0, 1), for jitter */
  random: number;
  /** the how many-th input of this pair in the batch; keeps the ids of history events apart */
  fold: number;
  /** the number of a pair's next sync is above this: lower ones may have been given after the backup that it comes from */
  syncsFrom?: number;
  /** higher than every revision given before */
  crmRevision: number | undefined;
  toErp: StreamFacts | null;
  toCrm: StreamFacts | null;
  readings: ReadonlyMap<string, Reading>;
  /** by `hookedKey`; only of changes whose stream has hooks */
  hooked?: ReadonlyMap<string, Hooked>;
  /** open creates that could have made this pair's only record, read before `owner` */
  openCreates: readonly OpenCreateFacts[] | undefined;
  /** the row that this pair's first id leads to by pointer; null when it is this one */
  owner: string | null | undefined;
  /** claimed ids of the other side, by id */
  claims: ReadonlyMap<string, Claim>;
  /** by key */
  matches: ReadonlyMap<string, Candidates>;
}

/**
 * A decision cannot be made without this fact: get it, then decide again from the same state. Thrown in almost every
 * decision and never shown, so it is no `Error`, whose stack trace costs more than the decision.
 */
export class Needs {
  readonly what:
    | { kind: 'reading'; change: Change }
    | { kind: 'hooked'; change: Change; operation: WriteOperation; destId: string }
    | { kind: 'openCreates'; change: Change }
    | { kind: 'crmRevision' }
    | { kind: 'matches'; key: string }
    | { kind: 'claim'; side: Side; dataId: string };

  constructor(what: Needs['what']) {
    this.what = what;
  }
}

/** The answer to a link or to what a person does: done, and whether that changed anything, or why not. */
export type Reply =
  /** `syncId`: the sync that carries on what a person asked for */
  | { ok: true; changed: boolean; syncId?: string }
  | { ok: false; why: 'conflict' | 'notFound'; message: string; code?: Refusal };

export interface Decision {
  state: PairState;
  effects: Effect[];
  /** what became of the input, for metrics */
  result: string;
  reply?: Reply;
}

/** The name under which a change's reading is given. */
export function readingKey(change: Change): string {
  const { order } = change;
  const place =
    order.kind === 'log' ? `${String(order.partition)}.${String(order.offset)}` : String(order.number);
  return `${change.side}:${place}:${change.fingerprint}`;
}

/** The name under which a change is given as the hooks left it for this operation. */
export function hookedKey(change: Change, operation: WriteOperation): string {
  return `${operation}:${readingKey(change)}`;
}
