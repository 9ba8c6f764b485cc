import type { Direction } from '@syncline/catalog';
import { syncStatus, type FailureClass, type SyncStatus } from '@syncline/contract';
import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { asText, byIds, upsertAll, type Collection, type Database } from './collection.ts';
import {
  historySpec,
  newestFirst,
  toRecord,
  toUpdate,
  type HistoryDocument,
  type HistoryRecord,
  type HistoryWrite,
} from './history-record.ts';
import {
  countSelection,
  readPage,
  walkSelection,
  type Page,
  type PageRequest,
  type Selection,
} from './paging.ts';
import { createRetention } from './retention.ts';

export interface HistoryFilter {
  syncId?: string | readonly string[];
  dataCenterId?: string;
  streamId?: string;
  direction?: Direction;
  rowId?: string;
  operation?: string;
  status?: SyncStatus | readonly SyncStatus[];
  errorClass?: FailureClass | readonly FailureClass[];
  errorCode?: string;
  sourceObjectApiName?: string;
  sourceDataId?: string;
  destObjectApiName?: string;
  destDataId?: string;
  /** of the record at either end */
  objectApiName?: string;
  dataId?: string | readonly string[];
  /** in an id, a name or the error's words, at either end */
  text?: string;
  /** failures that no later success has settled */
  unresolved?: true;
  /** by time of last change, ms: [from, to) */
  from?: number;
  to?: number;
}

export interface HistoryQuery extends PageRequest {
  tenantId: string;
  filter?: HistoryFilter;
}

export interface HistoryWalk {
  tenantId: string;
  filter: HistoryFilter;
  /** a sync's id; '' for the first part */
  after: string;
  limit: number;
}

/** What is read of each of many syncs. */
export type HistoryHead = Pick<
  HistoryRecord,
  | 'syncId'
  | 'rowId'
  | 'streamId'
  | 'direction'
  | 'status'
  | 'source'
  | 'createdAt'
  | 'errorCode'
  | 'errorMessage'
>;

const headFields = [
  'rowId',
  'streamId',
  'direction',
  'status',
  'source',
  'createdAt',
  'errorCode',
  'errorMessage',
];

/** Failures that are alike: of one stream, with one error. */
export interface FailureCount {
  streamId: string;
  status: SyncStatus;
  errorClass: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  count: number;
  /** ms; of the one that changed last */
  newestAt: number;
}

const searched = [
  'source.value.dataId',
  'source.value.name',
  'dest.value.dataId',
  'dest.value.name',
  'errorMessage.value',
  'errorCode.value',
];
/** Of these a later success settles the older ones of its record; all others have nothing to be settled. */
const failureStatuses: readonly SyncStatus[] = [syncStatus.failed, syncStatus.unknown];
const maxOfRow = 200;
const maxFailureKinds = 5_000;
/** Records with many bodies are large: more of them at once could pass the driver's limit for a message. */
const batchSize = 25;

export type SyncHistory = ReturnType<typeof openSyncHistory>;

export function openSyncHistory(database: Database) {
  const history = database.open<HistoryDocument>(historySpec);
  const removeOldest = createRetention(history, 'updatedAt.value');

  function write(writes: readonly HistoryWrite[]): Promise<void> {
    const operations = writes.map((one) => ({
      updateOne: { filter: { _id: asText(one.syncId) }, update: toUpdate(one), upsert: true },
    }));
    return upsertAll(history.native, operations);
  }

  return bounded(
    'syncHistory',
    {
      /** Adds to records, making those that are not there. The same writes again, even late, change nothing. */
      write,

      async getMany(syncIds: readonly string[]): Promise<Map<string, HistoryRecord>> {
        const found = await history.native
          .find(byIds(syncIds) as mongo.Filter<HistoryDocument>, { batchSize })
          .toArray();
        return new Map(found.map((document) => [document._id, toRecord(document)]));
      },

      /** The newest syncs of one pair, newest first. Scans in the embedded store: for people, not for the hot path. */
      async ofRow(rowId: string): Promise<HistoryRecord[]> {
        const found = await history.native
          .find({ rowId: { $eq: asText(rowId) } }, { batchSize })
          .sort(newestFirst)
          .limit(maxOfRow)
          .toArray();
        return found.map(toRecord);
      },

      /** A tenant's syncs, the one changed last first. Without their events: `getMany` reads those. */
      list({ tenantId, filter = {}, after, limit }: HistoryQuery): Promise<Page<HistoryRecord>> {
        return readPage(history, {
          ...selectionOf(tenantId, filter),
          sortBy: 'updatedAt.value',
          without: 'events',
          after,
          limit,
          read: toRecord,
        });
      },

      /** Some of a tenant's syncs in the order of their ids, behind one of them: those of one record stand together. */
      walk: (asked: HistoryWalk) => walk(history, asked),

      /** How many of a tenant's syncs are meant. Scans in the embedded store: once a task, not for the hot path. */
      count(tenantId: string, filter: HistoryFilter): Promise<number> {
        return countSelection(history, selectionOf(tenantId, filter));
      },

      /**
       * A tenant's failures that nothing has settled, counted by stream and error, the most frequent first. Reads each of
       * them: for people, not for the hot path.
       */
      countFailures(tenantId: string, statuses: readonly SyncStatus[]): Promise<FailureCount[]> {
        return countFailures(history, tenantId, statuses);
      },

      /** Removes at most `limit` syncs that changed last before `before` (ms); returns how many. */
      async removeOlderThan(before: number, limit: number): Promise<number> {
        return (await removeOldest(before, limit)).length;
      },
    },
    {
      ofRow: longLimitMs,
      list: longLimitMs,
      walk: longLimitMs,
      count: longLimitMs,
      countFailures: longLimitMs,
      removeOlderThan: longLimitMs,
    },
  );
}

function selectionOf(tenantId: string, filter: HistoryFilter): Selection {
  return {
    filter: { tenantId, ...pathsOf(filter) },
    ranges: { 'updatedAt.value': { from: filter.from, to: filter.to } },
    either: (['source', 'dest'] as const).map((end) => ({
      [`${end}.value.objectApiName`]: filter.objectApiName,
      [`${end}.value.dataId`]: filter.dataId,
    })),
    contains: { paths: searched, text: filter.text },
  };
}

function toHead(document: HistoryDocument): HistoryHead {
  const { syncId, rowId, streamId, direction, status, source, createdAt, errorCode, errorMessage } =
    toRecord(document);
  return { syncId, rowId, streamId, direction, status, source, createdAt, errorCode, errorMessage };
}

async function walk(
  history: Collection<HistoryDocument>,
  { tenantId, filter, after, limit }: HistoryWalk,
): Promise<HistoryHead[]> {
  const selection = { ...selectionOf(tenantId, filter), after, limit, only: headFields };
  return (await walkSelection(history, selection)).map(toHead);
}

interface FailureGroup {
  _id: {
    streamId?: string;
    status: SyncStatus;
    errorClass?: string | null;
    errorCode?: string | null;
    errorMessage?: string | null;
  };
  count: number;
  newestAt: number;
}

async function countFailures(
  { native }: Collection<HistoryDocument>,
  tenantId: string,
  statuses: readonly SyncStatus[],
): Promise<FailureCount[]> {
  const found = await native
    .aggregate<FailureGroup>(failureGroups(tenantId, statuses), { maxTimeMS: longLimitMs })
    .toArray();
  return found.map(({ _id, count, newestAt }) => ({
    streamId: _id.streamId ?? '',
    status: _id.status,
    errorClass: _id.errorClass ?? null,
    errorCode: _id.errorCode ?? null,
    errorMessage: _id.errorMessage ?? null,
    count,
    newestAt,
  }));
}

function failureGroups(tenantId: string, statuses: readonly SyncStatus[]): mongo.Document[] {
  const unsettled = {
    tenantId: { $eq: asText(tenantId) },
    'status.value': { $in: statuses.map(Number) },
    'resolvedBy.value': null,
  };
  const alike = {
    streamId: '$streamId',
    status: '$status.value',
    errorClass: '$errorClass.value',
    errorCode: '$errorCode.value',
    errorMessage: '$errorMessage.value',
  };
  return [
    { $match: unsettled },
    { $group: { _id: alike, count: { $sum: 1 }, newestAt: { $max: '$updatedAt.value' } } },
    { $sort: { count: -1 } },
    { $limit: maxFailureKinds },
  ];
}

function pathsOf(filter: HistoryFilter) {
  return {
    _id: filter.syncId,
    dataCenterId: filter.dataCenterId,
    streamId: filter.streamId,
    direction: filter.direction,
    rowId: filter.rowId,
    'operation.value': filter.operation,
    'status.value': filter.status ?? (filter.unresolved === true ? failureStatuses : undefined),
    'errorClass.value': filter.errorClass,
    'errorCode.value': filter.errorCode,
    'resolvedBy.value': filter.unresolved === true ? null : undefined,
    'source.value.objectApiName': filter.sourceObjectApiName,
    'source.value.dataId': filter.sourceDataId,
    'dest.value.objectApiName': filter.destObjectApiName,
    'dest.value.dataId': filter.destDataId,
  };
}
