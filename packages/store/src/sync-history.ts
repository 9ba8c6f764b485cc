import type { Direction } from '@syncline/catalog';
import type { FailureClass, SyncStatus } from '@syncline/contract';
import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { asText, byIds, upsertAll, type Database } from './collection.ts';
import {
  historySpec,
  newestFirst,
  toRecord,
  toUpdate,
  type HistoryDocument,
  type HistoryRecord,
  type HistoryWrite,
} from './history-record.ts';
import { readPage, type Page, type PageRequest } from './paging.ts';
import { createRetention } from './retention.ts';

export interface HistoryFilter {
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
  dataId?: string;
  /** by time of last change, ms: [from, to) */
  from?: number;
  to?: number;
}

export interface HistoryQuery extends PageRequest {
  tenantId: string;
  filter?: HistoryFilter;
}

const maxOfRow = 200;
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
          filter: { tenantId, ...pathsOf(filter) },
          ranges: { 'updatedAt.value': { from: filter.from, to: filter.to } },
          either: (['source', 'dest'] as const).map((end) => ({
            [`${end}.value.objectApiName`]: filter.objectApiName,
            [`${end}.value.dataId`]: filter.dataId,
          })),
          sortBy: 'updatedAt.value',
          without: 'events',
          after,
          limit,
          read: toRecord,
        });
      },

      /** Removes at most `limit` syncs that changed last before `before` (ms); returns how many. */
      async removeOlderThan(before: number, limit: number): Promise<number> {
        return (await removeOldest(before, limit)).length;
      },
    },
    { ofRow: longLimitMs, list: longLimitMs, removeOlderThan: longLimitMs },
  );
}

function pathsOf(filter: HistoryFilter) {
  return {
    dataCenterId: filter.dataCenterId,
    streamId: filter.streamId,
    direction: filter.direction,
    rowId: filter.rowId,
    'operation.value': filter.operation,
    'status.value': filter.status,
    'errorClass.value': filter.errorClass,
    'errorCode.value': filter.errorCode,
    'source.value.objectApiName': filter.sourceObjectApiName,
    'source.value.dataId': filter.sourceDataId,
    'dest.value.objectApiName': filter.destObjectApiName,
    'dest.value.dataId': filter.destDataId,
  };
}
