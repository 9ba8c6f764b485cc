import type { Direction } from '@syncline/catalog';
import type { FateCounts } from '@syncline/contract';
import type { CollectionSpec, Keyed } from './collection.ts';
import { fateFields, readFates } from './fates.ts';

export const historyTaskStates = ['queued', 'running', 'paused', 'stopped', 'finished'] as const;
export type HistoryTaskState = (typeof historyTaskStates)[number];

/** What a person asked for, and never changes. */
export interface HistoryTaskOrder {
  id: string;
  tenantId: string;
  dataCenterId: string;
  streamId: string;
  direction: Direction;
  /** the stream's source */
  objectApiName: string;
  /** records by id, or null: those that changed in [from, to), ms of the source's time */
  ids: string[] | null;
  from: number | null;
  to: number | null;
  /** JSONata over the source's master record; null takes all */
  where: string | null;
  /** unchanged records are written, too */
  force: boolean;
  /** records a second */
  rate: number;
  /** ms; not before */
  startAt: number;
  createdAt: number;
}

/** How far it is. */
export interface HistoryTaskProgress {
  /** ms of the source's time, or how many ids: all before it is on its way */
  cursor: number;
  /** records before the cursor */
  read: number;
  /** records of the slice that is being read */
  inSlice: number;
  /** as the source says; null while it has not */
  total: number | null;
  /** what could not be read, and what was done without; the last ones */
  problems: string[];
  startedAt: number | null;
  endedAt: number | null;
  /** ms; since when it runs without a break, and how many were done then: its rate is counted from there */
  runAt: number | null;
  runDone: number;
  /** tries of the slice in a row that failed */
  failures: number;
  lastError: string | null;
  /** ms; a slice that failed is not tried again before */
  notBefore: number;
}

export interface HistoryTask extends HistoryTaskOrder, HistoryTaskProgress {
  state: HistoryTaskState;
  fates: FateCounts;
  /** read, and not taken by `where` */
  excluded: number;
  owner: string | null;
  /** ms; the lease ends then */
  until: number;
  /** rises by 1 with each lease */
  fence: number;
}

/** A lease that the caller was given. */
export interface HistoryLease {
  taskId: string;
  owner: string;
  fence: number;
}

export type HistoryTaskDocument = Keyed & Omit<HistoryTask, 'id'>;

export const historyTaskSpec: CollectionSpec = {
  name: 'history_tasks',
  fields: {
    tenantId: String,
    dataCenterId: String,
    streamId: String,
    direction: String,
    objectApiName: String,
    ids: [String],
    from: Number,
    to: Number,
    where: String,
    force: Boolean,
    rate: Number,
    startAt: Number,
    createdAt: Number,
    state: String,
    cursor: Number,
    read: Number,
    inSlice: Number,
    total: Number,
    problems: [String],
    startedAt: Number,
    endedAt: Number,
    runAt: Number,
    runDone: Number,
    failures: Number,
    lastError: String,
    notBefore: Number,
    excluded: Number,
    ...fateFields,
    owner: String,
    until: Number,
    fence: Number,
  },
  indexes: [
    { keys: { state: 1 }, for: 'scans' },
    { keys: { createdAt: -1, _id: -1 }, for: 'scans' },
  ],
};

export function toTask({ _id, ...rest }: HistoryTaskDocument): HistoryTask {
  return { id: _id, ...rest, fates: readFates(rest.fates) };
}
