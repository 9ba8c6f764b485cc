import { sleep } from '@syncline/chassis';
import type { QueriedPage } from '@syncline/erp';
import { isDeferred } from './gate.ts';
import type { Page, PageSource } from './pages.ts';
import type { PollDeps } from './poll-deps.ts';
import { PollFailed, PollInterrupted } from './poll-failure.ts';
import type { Arrival } from './publish-records.ts';
import { isProblem, rowsOf, type Row } from './rows.ts';
import { dataCenterName, erpTarget, pollTarget, type ErpTarget, type ObjectAddress } from './tasks.ts';
import type { Window } from './window.ts';

export interface WindowContext {
  address: ObjectAddress;
  window: Window;
  pageSize: number;
  /** in the ledger; begins the ids of what arrives in it, and counts what becomes of that */
  windowId: string;
  /** the historical sync task that asks; it may read objects that are not polled */
  historyTaskId?: string;
  traceparent: string;
  /** reads an object that is not polled, too */
  isPollOptional?: true;
  /** aborts when the process stops or the lease is lost */
  signal: AbortSignal;
  /** aborts when the lease is lost: then not even the page in hand is ours to publish */
  lost: AbortSignal;
}

/** Tries of one page: a window of a thousand pages must not start over for one cut connection. */
const pageRetryMs = [500, 2_000];
/** A window does not wait longer than this in the middle for a data center that is down. */
const maxBreakerWaitMs = 20_000;

/** The pages of a window, from its ERP to `erp.records`. */
export function createPageSource(context: WindowContext, deps: PollDeps): PageSource {
  const { address, windowId, traceparent } = context;
  /** A record that is met again, on a moved page or in another reading, is still one. */
  const met = new Set<string>();
  const toArrival = (row: Exclude<Row, { problem: string }>): Arrival => {
    const taskId = context.historyTaskId;
    const ofTask = taskId === undefined ? {} : { taskId };
    if (met.has(row.dataId)) return taskId === undefined ? row : { ...row, origin: ofTask };
    met.add(row.dataId);
    return { ...row, origin: { windowId, ...ofTask } };
  };
  return {
    ask: (offset) => askPatiently(offset, context, deps),
    deliver: async ({ order, rows }) => {
      context.lost.throwIfAborted();
      const arrivals = rows.flatMap((row) => (isProblem(row) ? [] : [toArrival(row)]));
      const name = `poll/${windowId}/${order}`;
      await deps.publisher.publish(arrivals, { ...address, via: 'poll', name, order, traceparent });
    },
  };
}

async function askPatiently(offset: number, context: WindowContext, deps: PollDeps): Promise<Page> {
  const { signal } = context;
  let waitedMs = 0;
  for (let failures = 0; ;) {
    signal.throwIfAborted();
    const asked = await askOnce(offset, context, deps);
    if (isDeferred(asked)) {
      if (asked.by === 'breaker') waitedMs += asked.deferredMs;
      if (waitedMs > maxBreakerWaitMs) throw new PollInterrupted(downText(context.address));
      await sleep(asked.deferredMs, signal);
    } else if (asked.ok) return asked.page;
    else {
      const pauseMs = asked.failure.kind === 'transient' ? pageRetryMs[failures] : undefined;
      if (pauseMs === undefined) throw new PollFailed(asked.failure.code, asked.failure.message);
      failures += 1;
      await sleep(pauseMs, signal);
    }
  }
}

function downText({ dataCenterId }: ObjectAddress): string {
  return `data center ${dataCenterId} does not answer or asks to be left alone; the window waits for it`;
}

async function askOnce(offset: number, context: WindowContext, deps: PollDeps) {
  const { address, window, pageSize, traceparent } = context;
  const { dataCenter, erpObject } = currentTarget(context, deps);
  const name = dataCenterName(address);
  return deps.gates.of(name, dataCenter).ask('poll', async () => {
    // Before the request: whatever changes in the ERP from now on gets a higher number.
    const order = await deps.store.counters.take('erpOrder', 1);
    const { startTime, endTime } = window;
    const reply = await deps.erp.queryMasterBatch(
      { dataCenter, objectApiName: erpObject.apiName, traceparent },
      { startTime, endTime, offset, limit: pageSize, includeDetail: true },
    );
    if (!reply.ok) return reply;
    if (reply.erpTime !== undefined) deps.clocks.hear(name, reply.erpTime);
    return { ok: true, page: pageOf(reply, order, erpObject) } as const;
  });
}

function pageOf(reply: QueriedPage, order: number, object: ErpTarget['erpObject']): Page {
  const { totalNum, erpTime = null } = reply;
  return { order, totalNum, rows: rowsOf(reply, object), erpTime };
}

/** As the catalog has it now: a token may have been changed, or the object be gone. */
function currentTarget(context: WindowContext, { catalog }: PollDeps): ErpTarget {
  const { address, historyTaskId, isPollOptional = historyTaskId !== undefined } = context;
  const find = isPollOptional ? erpTarget : pollTarget;
  const target = find(catalog.view(), address);
  if (target !== null) return target;
  throw new PollInterrupted(`${address.objectApiName} is not polled any more`);
}
