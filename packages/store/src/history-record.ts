import type { Direction } from '@syncline/catalog';
import type { FailureClass, SyncStatus } from '@syncline/contract';
import mongoose, { type mongo } from 'mongoose';
import type { CollectionSpec, Keyed } from './collection.ts';

/** One end of a sync. */
export interface SyncEnd {
  objectApiName: string;
  dataId: string;
  name: string;
}

/** One step of a sync, kept under its id so that a repeat changes nothing. */
export interface HistoryEvent {
  /** [a-zA-Z0-9_-]+ */
  id: string;
  /** ms */
  at: number;
  kind: string;
  message: string;
  /** text, or the id of one in the bodies collection if the writer says so */
  body?: string;
}

/** What never changes about a sync. */
interface SyncIdentity {
  rowId: string;
  tenantId: string;
  dataCenterId: string;
  streamId: string;
  direction: Direction;
}

/** What moves as a sync goes on. */
interface SyncProgress {
  operation: string;
  source: SyncEnd;
  dest: SyncEnd;
  status: SyncStatus;
  errorClass: FailureClass | null;
  errorCode: string | null;
  errorMessage: string | null;
  attempts: number;
  configRevision: string;
  /** the sync whose success settled this failure */
  resolvedBy: string | null;
  updatedAt: number;
}

export interface HistoryRecord extends SyncIdentity, SyncProgress {
  syncId: string;
  createdAt: number;
  /** oldest first */
  events: HistoryEvent[];
}

export interface HistoryWrite {
  syncId: string;
  set: Partial<Omit<HistoryRecord, 'syncId' | 'events'>>;
  events: readonly HistoryEvent[];
  /** the row's version behind it: a field set by a higher one stays; without it the later call wins */
  order?: number;
}

/** A value and the order of the write that set it; order comes first, since documents compare field by field. */
interface Ordered {
  order: number;
  value: unknown;
}

export interface HistoryDocument
  extends Keyed, Partial<SyncIdentity>, Partial<Record<keyof SyncProgress, Ordered>> {
  createdAt?: number;
  events?: Record<string, Omit<HistoryEvent, 'id'>>;
}

const identityFields: ReadonlySet<string> = new Set<keyof SyncIdentity>([
  'rowId',
  'tenantId',
  'dataCenterId',
  'streamId',
  'direction',
]);

const eventId = /^[a-zA-Z0-9_-]+$/;
export const newestFirst = { 'updatedAt.value': -1, _id: -1 } as const;
const ordered = (type: unknown) => ({ order: Number, value: type });
const end = { objectApiName: String, dataId: String, name: String };

export const historySpec: CollectionSpec = {
  name: 'sync_history',
  fields: {
    rowId: String,
    tenantId: String,
    dataCenterId: String,
    streamId: String,
    direction: String,
    createdAt: Number,
    operation: ordered(String),
    source: ordered(end),
    dest: ordered(end),
    status: ordered(Number),
    errorClass: ordered(String),
    errorCode: ordered(String),
    errorMessage: ordered(String),
    attempts: ordered(Number),
    configRevision: ordered(String),
    resolvedBy: ordered(String),
    updatedAt: ordered(Number),
    // Its keys are event ids, which are checked; it is never filtered by.
    events: mongoose.Schema.Types.Mixed,
  },
  indexes: [
    { keys: { tenantId: 1, ...newestFirst }, for: 'scans' },
    { keys: { tenantId: 1, 'status.value': 1, ...newestFirst }, for: 'scans' },
    { keys: { tenantId: 1, streamId: 1, ...newestFirst }, for: 'scans' },
    { keys: { tenantId: 1, 'source.value.dataId': 1 }, for: 'scans' },
    { keys: { tenantId: 1, 'dest.value.dataId': 1 }, for: 'scans' },
    { keys: { rowId: 1 }, for: 'scans' },
    { keys: newestFirst, for: 'scans' },
  ],
};

export function toUpdate({ syncId, set, events, order }: HistoryWrite): mongo.UpdateFilter<HistoryDocument> {
  const plain: Record<string, unknown> = {};
  const guarded: Record<string, Ordered> = {};
  for (const [field, value] of Object.entries(set)) {
    if (field === 'createdAt') continue;
    if (identityFields.has(field)) plain[field] = value;
    else if (order === undefined) plain[field] = { order: 0, value } satisfies Ordered;
    else guarded[field] = { order, value };
  }
  for (const { id, ...event } of events) {
    if (!eventId.test(id))
      throw new TypeError(`event id ${JSON.stringify(id)} of sync ${syncId} is not [a-zA-Z0-9_-]+`);
    plain[`events.${id}`] = event;
  }
  return {
    ...(Object.keys(plain).length > 0 && { $set: plain }),
    ...(Object.keys(guarded).length > 0 && { $max: guarded }),
    ...(set.createdAt !== undefined && { $min: { createdAt: set.createdAt } }),
  };
}

const noEnd: SyncEnd = { objectApiName: '', dataId: '', name: '' };

const unknownProgress: SyncProgress = {
  operation: '',
  source: noEnd,
  dest: noEnd,
  status: 1,
  errorClass: null,
  errorCode: null,
  errorMessage: null,
  attempts: 0,
  configRevision: '',
  resolvedBy: null,
  updatedAt: 0,
};

const progressFields = Object.keys(unknownProgress) as (keyof SyncProgress)[];

const identityOf = ({
  rowId,
  tenantId,
  dataCenterId,
  streamId,
  direction,
}: HistoryDocument): SyncIdentity => ({
  rowId: rowId ?? '',
  tenantId: tenantId ?? '',
  dataCenterId: dataCenterId ?? '',
  streamId: streamId ?? '',
  direction: direction ?? 'crm-to-erp',
});

export function toRecord(document: HistoryDocument): HistoryRecord {
  const { _id, createdAt = 0, events = {} } = document;
  const known = progressFields.flatMap((field) => {
    const value = document[field]?.value;
    return value === undefined ? [] : [[field, value]];
  });
  return {
    syncId: _id,
    ...identityOf(document),
    ...unknownProgress,
    ...(Object.fromEntries(known) as Partial<SyncProgress>),
    createdAt,
    events: Object.entries(events)
      .map(([id, event]) => ({ id, ...event }))
      .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)),
  };
}
