import type { FateCounts } from '@syncline/contract';
import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { byId, type CollectionSpec, type Database, type Keyed } from './collection.ts';
import { addFates, fateFields, readFates, type WithFates } from './fates.ts';
import { readPage, type Page, type PageRequest } from './paging.ts';
import { createRetention } from './retention.ts';

export const pollWindowKinds = ['increment', 'sweep', 'run-now', 'history'] as const;
/** Which schedule asked for a window: that of the increments, that of the full sweep, or a person; a historical sync task. */
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
  /** how often its pages were read: again where the total was short or they moved meanwhile */
  readings: number;
  /** what mapping made of the records, which goes on after the window is closed */
  fates: FateCounts;
  error: string | null;
  /** ms */
  openedAt: number;
  closedAt: number | null;
}

export type PollProgress = Partial<
  Pick<PollWindow, 'totalNum' | 'received' | 'pages' | 'readings' | 'fence'>
>;
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

/** Windows of before there were schedules have no kind; older ones tell no readings and no fates. */
type WindowDocument = Keyed &
  Omit<PollWindow, 'id' | 'kind' | 'readings' | 'fates'> &
  Partial<Pick<PollWindow, 'kind' | 'readings'>> &
  WithFates;

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
    readings: Number,
    ...fateFields,
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

      /** Adds to the fates of windows that are still kept. */
      count(fates: ReadonlyMap<string, FateCounts>): Promise<void> {
        return addFates(windows.native, fates);
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

function toWindow({ _id, kind = 'increment', readings = 1, fates, ...rest }: WindowDocument): PollWindow {
  return { id: _id, kind, readings, ...rest, fates: readFates(fates) };
}
