import { newTraceId, sleep, traceparentOf } from '@syncline/chassis';
import { topics } from '@syncline/contract';
import type { ErpClient } from '@syncline/erp';
import {
  SliceLater,
  type Slice,
  type SliceContext,
  type SliceRead,
  type SourceReader,
} from '@syncline/history-tasks';
import type { Kafka } from '@syncline/kafka';
import type { PollWindow } from '@syncline/store';
import { isDeferred } from './gate.ts';
import { closeAbandoned } from './lease.ts';
import { createPageSource } from './page-source.ts';
import { ledgerEntry } from './ledger-entry.ts';
import { readWindow, type PageSource } from './pages.ts';
import type { PollDeps } from './poll-deps.ts';
import { PollInterrupted } from './poll-failure.ts';
import { readRecord, type ReadRecordDeps } from './read-record.ts';
import { erpTarget, type ErpTarget, type ObjectAddress } from './tasks.ts';

export interface ErpHistoryDeps extends PollDeps, Omit<ReadRecordDeps, 'store'> {
  erp: Pick<ErpClient, 'queryMasterBatch' | 'queryMasterById'>;
  kafka: Pick<Kafka, 'lag'>;
}

const sizes = { ms: 24 * 3_600_000, ids: 50 };
const mostRecords = 5_000;
/** Where an object is not polled, nobody has said. */
const usualPageSize = 100;
const mostMissingNamed = 10;
/** The consumer group of mapping. */
const mappingGroupId = 'syncline-mapping';

/** An ERP's past: by window of time, entered in the ledger, or record by record. */
export function createErpHistory(deps: ErpHistoryDeps): SourceReader {
  const ends = new Map<string, Map<number, number>>();
  /** of which task the windows of an earlier owner were closed last */
  let closedOf = '';
  const closeLeft = async ({ task, fence }: SliceContext): Promise<void> => {
    if (fence === 1 || closedOf === `${task.id}/${String(fence)}`) return;
    closedOf = `${task.id}/${String(fence)}`;
    await closeAbandoned(ledgerNameOf(task.id), deps);
  };
  return {
    sizes,
    mostRecords,
    total: (context) => countRecords(context, deps),
    async readSlice(slice, context) {
      await closeLeft(context);
      return later(() =>
        slice.kind === 'ids' ? readIds(slice.ids, context, deps) : readRange(slice, context, deps),
      );
    },
    async hasArrived({ task, fence }) {
      const lags = (await deps.kafka.lag([mappingGroupId])).filter(
        ({ topic }) => topic === topics.erpRecords,
      );
      const key = `${task.id}/${String(fence)}`;
      const wanted = ends.get(key) ?? new Map(lags.map(({ partition, end }) => [partition, end]));
      ends.set(key, wanted);
      const isThere = lags.every(({ partition, lag, end }) => end - lag >= (wanted.get(partition) ?? 0));
      if (isThere) ends.delete(key);
      return isThere;
    },
  };
}

/** What is no fault of the slice is tried again for as long as it takes. */
async function later<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof PollInterrupted ? new SliceLater(error.message) : error;
  }
}

function addressOf({ task }: SliceContext): ObjectAddress {
  const { tenantId, dataCenterId, objectApiName } = task;
  return { tenantId, dataCenterId, objectApiName };
}

function targetOf(context: SliceContext, { catalog }: ErpHistoryDeps): ErpTarget {
  const target = erpTarget(catalog.view(), addressOf(context));
  if (target === null) throw new Error(`${context.task.objectApiName} is configured no more`);
  return target;
}

/** One request over the whole time; an ERP that does not count, or not over so much time, is read all the same. */
async function countRecords(context: SliceContext, deps: ErpHistoryDeps): Promise<number | null> {
  const { ids, from, to } = context.task;
  if (ids !== null) return ids.length;
  const { dataCenter, erpObject } = targetOf(context, deps);
  const traceparent = traceparentOf(newTraceId());
  const name = `${context.task.tenantId}/${context.task.dataCenterId}`;
  const reply = await deps.gates
    .of(name, dataCenter)
    .ask('poll', () =>
      deps.erp.queryMasterBatch(
        { dataCenter, objectApiName: erpObject.apiName, traceparent },
        { startTime: from ?? 0, endTime: to ?? 0, offset: 0, limit: 1, includeDetail: false },
      ),
    );
  return !isDeferred(reply) && reply.ok ? reply.totalNum : null;
}

async function readRange(
  { from: startTime, to: endTime }: Extract<Slice, { kind: 'range' }>,
  context: SliceContext,
  deps: ErpHistoryDeps,
): Promise<SliceRead> {
  const { store, clock, maxPages } = deps;
  const pageSize = targetOf(context, deps).erpObject.poll?.pageSize ?? usualPageSize;
  const entry = ledgerEntry({
    taskId: ledgerNameOf(context.task.id),
    ...addressOf(context),
    kind: 'history',
    startTime,
    endTime,
    fence: context.fence,
    openedAt: clock.now(),
  });
  await store.pollWindows.open(entry);
  try {
    const source = pacedSource(entry, pageSize, context, deps);
    const read = await readWindow(source, { pageSize, maxPages }, ({ received }) => context.show(received));
    const { totalNum, received, pages, readings, shortage } = read;
    const status = shortage === null ? 'complete' : 'short';
    const end = {
      totalNum,
      received,
      pages,
      readings,
      status,
      error: shortage,
      closedAt: clock.now(),
    } as const;
    await store.pollWindows.close(entry.id, end);
    const problem = shortage === null ? null : `${rangeText(startTime, endTime)}: ${shortage}`;
    return { records: received, problem };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    await store.pollWindows.close(entry.id, { status: 'failed', error: text, closedAt: clock.now() });
    throw error;
  }
}

function rangeText(startTime: number, endTime: number): string {
  return `${new Date(startTime).toISOString()} to ${new Date(endTime).toISOString()}`;
}

function ledgerNameOf(taskId: string): string {
  return `history/${taskId}`;
}

/** The window's pages, at the task's pace. */
function pacedSource(
  entry: PollWindow,
  pageSize: number,
  context: SliceContext,
  deps: ErpHistoryDeps,
): PageSource {
  const { task, signal, pace } = context;
  const { startTime, endTime } = entry;
  const window = { startTime, endTime, isSlice: true };
  const source = createPageSource(
    {
      address: addressOf(context),
      window,
      pageSize,
      windowId: entry.id,
      historyTaskId: task.id,
      traceparent: traceparentOf(newTraceId()),
      signal,
      lost: signal,
    },
    deps,
  );
  return {
    ask: (offset) => source.ask(offset),
    async deliver(page) {
      await pace.pass(page.rows.length, signal);
      await source.deliver(page);
    },
  };
}

async function readIds(
  ids: readonly string[],
  context: SliceContext,
  deps: ErpHistoryDeps,
): Promise<SliceRead> {
  const missing: string[] = [];
  for (const [at, dataId] of ids.entries()) {
    await context.pace.pass(1, context.signal);
    if (!(await readId(dataId, context, deps))) missing.push(dataId);
    context.show(at + 1 - missing.length);
  }
  const named = missing.slice(0, mostMissingNamed).join(', ');
  const problem =
    missing.length === 0
      ? null
      : `the ERP has no record ${named}${missing.length > mostMissingNamed ? ', …' : ''}`;
  return { records: ids.length - missing.length, problem };
}

/** Puts one record on the topic; false when the ERP has none. */
async function readId(dataId: string, context: SliceContext, deps: ErpHistoryDeps): Promise<boolean> {
  const { task, signal } = context;
  const address = addressOf(context);
  const traceparent = traceparentOf(newTraceId());
  for (;;) {
    signal.throwIfAborted();
    const read = await readRecord({ ...address, dataId }, targetOf(context, deps), traceparent, deps);
    if (isDeferred(read)) {
      await sleep(read.deferredMs, signal);
      continue;
    }
    if (read.record === null) return false;
    const name = `history/${task.id}/${String(read.order)}`;
    const arrival = { dataId, record: read.record, origin: { taskId: task.id } };
    await deps.publisher.publish([arrival], {
      ...address,
      via: 'fetch',
      name,
      order: read.order,
      traceparent,
    });
    return true;
  }
}
