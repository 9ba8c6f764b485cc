import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { byId, type CollectionSpec, type Database, type Keyed } from './collection.ts';
import { readPage, type Page, type PageRequest } from './paging.ts';
import { createRetention } from './retention.ts';

export const pollWindowKinds = ['increment', 'sweep', 'run-now'] as const;
/** Which schedule asked for a window: that of the increments, that of the full sweep, or a person. */
export type PollWindowKind = (typeof pollWindowKinds)[number];

/** One range of ERP time that was asked for, and what came (contract 6, "poll"). */
export interface PollWindow {
  id: string;
  taskId: string;
  tenantId: string;
  dataCenterId: string;
  objectApiName: string;
  kind: PollWindowKind;
  /** ms of ERP time: [startTime, endTime) */
  startTime: number;
  endTime: number;
  /** of the lease under which it was read */
  fence: number;
  /** short: every page was read, and some records could not be had; `error` says which */
  status: 'open' | 'complete' | 'short' | 'failed';
  /** as the ERP said first; null when it said nothing */
  totalNum: number | null;
  received: number;
  pages: number;
  error: string | null;
  /** ms */
  openedAt: number;
  closedAt: number | null;
}

export type PollProgress = Partial<Pick<PollWindow, 'totalNum' | 'received' | 'pages' | 'fence'>>;
export type PollEnd = PollProgress &
  Pick<PollWindow, 'closedAt'> & { status: 'complete' | 'short' | 'failed'; error?: string | null };

export interface PollWindowFilter extends PageRequest {
  tenantId?: string;
  dataCenterId?: string;
  objectApiName?: string;
  taskId?: string;
  status?: PollWindow['status'];
  kind?: PollWindowKind;
}

/** Windows of before there were schedules have no kind. */
type WindowDocument = Keyed & Omit<PollWindow, 'id' | 'kind'> & Partial<Pick<PollWindow, 'kind'>>;

const windowSpec: CollectionSpec = {
  name: 'poll_windows',
  fields: {
    taskId: String,
    tenantId: String,
    dataCenterId: String,
    objectApiName: String,
    kind: String,
    startTime: Number,
    endTime: Number,
    fence: Number,
    status: String,
    totalNum: Number,
    received: Number,
    pages: Number,
    error: String,
    openedAt: Number,
    closedAt: Number,
  },
  indexes: [
    { keys: { taskId: 1, openedAt: -1, _id: -1 }, for: 'scans' },
    { keys: { tenantId: 1, openedAt: -1, _id: -1 }, for: 'scans' },
    { keys: { openedAt: -1, _id: -1 }, for: 'scans' },
  ],
};

export type PollWindows = ReturnType<typeof openPollWindows>;

export function openPollWindows(database: Database) {
  const windows = database.open<WindowDocument>(windowSpec);
  const removeOldest = createRetention(windows, 'openedAt');

  async function set(id: string, change: Partial<WindowDocument>): Promise<void> {
    const update = { $set: change } as mongo.UpdateFilter<WindowDocument>;
    await windows.native.updateOne(byId(id), update, {
      ignoreUndefined: true,
    });
  }

  return bounded(
    'pollWindows',
    {
      /** Enters a window in the ledger before it is read. The same again begins it anew. */
      async open({ id, ...window }: PollWindow): Promise<void> {
        const filter = byId(id) as mongo.Filter<WindowDocument>;
        await windows.native.replaceOne(filter, window, { upsert: true });
      },

      update(id: string, progress: PollProgress): Promise<void> {
        return set(id, progress);
      },

      close(id: string, end: PollEnd): Promise<void> {
        return set(id, end);
      },

      /** Newest first. */
      list({ after, limit, ...filter }: PollWindowFilter): Promise<Page<PollWindow>> {
        return readPage(windows, { filter, sortBy: 'openedAt', after, limit, read: toWindow });
      },

      /** Removes at most `limit` windows opened before `before` (ms); returns how many. */
      async removeOlderThan(before: number, limit: number): Promise<number> {
        return (await removeOldest(before, limit)).length;
      },
    },
    { list: longLimitMs, removeOlderThan: longLimitMs },
  );
}

function toWindow({ _id, kind = 'increment', ...rest }: WindowDocument): PollWindow {
  return { id: _id, kind, ...rest };
}
