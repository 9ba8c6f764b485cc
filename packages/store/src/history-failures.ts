import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { asText, upsertAll, type Database, type Keyed } from './collection.ts';
import { readPage, type Page, type PageRequest } from './paging.ts';

/** A record of a historical sync task that failed, and the sync that tells the story. */
export interface HistoryFailure {
  taskId: string;
  dataId: string;
  /** '' when it failed before there was one */
  syncId: string;
  code: string;
  message: string;
  /** ms */
  at: number;
}

type FailureDocument = Keyed & HistoryFailure;

const maxMessageLength = 1_000;

export type HistoryFailures = ReturnType<typeof openHistoryFailures>;

export function openHistoryFailures(database: Database) {
  const failures = database.open<FailureDocument>({
    name: 'history_failures',
    fields: { taskId: String, dataId: String, syncId: String, code: String, message: String, at: Number },
    indexes: [{ keys: { taskId: 1, at: -1, _id: -1 }, for: 'scans' }],
  });

  return bounded(
    'historyFailures',
    {
      /** The same again changes nothing. */
      async add(entries: readonly HistoryFailure[]): Promise<void> {
        if (entries.length === 0) return;
        const operations = entries.map(({ message, ...entry }) => ({
          updateOne: {
            filter: { _id: asText(`${entry.taskId}/${entry.syncId === '' ? entry.dataId : entry.syncId}`) },
            update: { $set: { ...entry, message: message.slice(0, maxMessageLength) } },
            upsert: true,
          },
        }));
        await upsertAll(failures.native, operations as mongo.AnyBulkWriteOperation<FailureDocument>[]);
      },

      /** Newest first. */
      list({ taskId, ...page }: PageRequest & { taskId: string }): Promise<Page<HistoryFailure>> {
        const read = ({ _id, ...failure }: FailureDocument): HistoryFailure => failure;
        return readPage(failures, { ...page, after: page.after, filter: { taskId }, sortBy: 'at', read });
      },

      async removeOf(taskIds: readonly string[]): Promise<void> {
        if (taskIds.length > 0) await failures.native.deleteMany({ taskId: { $in: taskIds.map(asText) } });
      },
    },
    { list: longLimitMs, removeOf: longLimitMs },
  );
}
