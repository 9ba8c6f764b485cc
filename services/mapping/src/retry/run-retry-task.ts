import type { CatalogView } from '@syncline/catalog';
import { sleep, type Clock, type Logger } from '@syncline/chassis';
import { createPacer, type HeldTask, type Pacer } from '@syncline/history-tasks';
import type { HistoryFailure, HistoryHead, RetryTask, RetryTaskProgress, Store } from '@syncline/store';
import type { Batcher } from '../batcher.ts';
import type { CrmReader } from '../crm-reader.ts';
import { fetchFromCrm } from './crm-fetch.ts';
import { stepsOf, type Step } from './inputs.ts';
import { filterOf, selectionFrom } from './selection.ts';

export interface RetryTaskDeps {
  store: Store;
  catalog: { view(): CatalogView };
  batcher: Pick<Batcher, 'submit'>;
  reader: Pick<CrmReader, 'ask' | 'progress' | 'close'>;
  clock: Clock;
  logger: Logger;
}

/** Each part scans the history in the embedded store; after a crash one part is gone through once more. */
const partSize = 500;
const together = 50;
const askedTogether = 50;
const lookEveryMs = 500;
/** So many records may be on their way before the next go; live traffic is decided beside them. */
const mostUnderWay = 1_000;
const longestRoomWaitMs = 60_000;
const longestSettleMs = 2 * 60_000;

type Held = HeldTask<RetryTask, RetryTaskProgress>;
type Left = Omit<HistoryFailure, 'taskId' | 'at'>;

/**
 * Tries again what the task means, part by part in the order of ids and each part in the order of the sources. Who takes
 * the task over goes through the part that was begun once more: a record that the task has taken is not taken again.
 * @throws the signal's reason when it was left
 */
export async function runRetryTask(held: Held, deps: RetryTaskDeps): Promise<void> {
  const run = new Run(held, deps);
  await run.begin();
  while (await run.part());
  await run.settle();
  await held.release({ state: 'finished', endedAt: deps.clock.now() });
}

class Run {
  private readonly held: Held;
  private readonly deps: RetryTaskDeps;
  private readonly pacer: Pacer;
  private task: RetryTask;

  constructor(held: Held, deps: RetryTaskDeps) {
    this.held = held;
    this.deps = deps;
    this.task = held.task;
    this.pacer = createPacer(held.task.rate);
  }

  private get filter() {
    return filterOf(selectionFrom(this.task.filter), this.task.createdAt);
  }

  async begin(): Promise<void> {
    const now = this.deps.clock.now();
    const total =
      this.task.total ?? (await this.deps.store.syncHistory.count(this.task.tenantId, this.filter));
    await this.advance({
      startedAt: this.task.startedAt ?? now,
      runAt: now,
      runDone: this.task.read,
      total,
      lastError: null,
    });
  }

  /** Tries the next part; false when there is none. */
  async part(): Promise<boolean> {
    const { store, catalog } = this.deps;
    const { tenantId, cursor: after } = this.task;
    const heads = await store.syncHistory.walk({ tenantId, filter: this.filter, after, limit: partSize });
    const last = heads.at(-1);
    if (last === undefined) return false;
    const steps = await stepsOf(heads, this.task, { store, view: catalog.view() });
    const left: Left[] = [];
    for (let at = 0; at < steps.length; at += together) {
      const some = steps.slice(at, at + together);
      await this.pacer.pass(some.length, this.held.signal);
      left.push(...(await this.carryOut(some)));
    }
    await this.note(left, heads, last.syncId);
    await this.makeRoom();
    return true;
  }

  private async carryOut(steps: readonly Step[]): Promise<Left[]> {
    const decided = steps.flatMap((step) => (step.do === 'decide' ? step : []));
    const replies = await this.deps.batcher.submit(decided.map(({ input }) => input));
    const refused = decided.flatMap(({ head }, i): Left[] => {
      const carried = replies[i];
      const reply = carried?.ok === true ? carried.reply : undefined;
      if (reply?.ok === true) return [];
      if (reply === undefined) return [leftOf(head, 'no-record', 'nothing is known of the record any more')];
      // It was taken before the process died that had the task: its end is counted there.
      return reply.code === 'taken-before' ? [] : [leftOf(head, reply.code ?? reply.why, reply.message)];
    });
    const others = steps.flatMap((step) =>
      step.do === 'leave' ? [leftOf(step.head, step.code, step.message)] : [],
    );
    return [...refused, ...others, ...(await this.adapt(steps)), ...(await this.ask(steps))];
  }

  private async adapt(steps: readonly Step[]): Promise<Left[]> {
    const { store, clock } = this.deps;
    const left: Left[] = [];
    for (const step of steps) {
      if (step.do !== 'adapt') continue;
      const isKept = await store.pushCache.announceAgain(step.pushId);
      const message = isKept ? 'the receiver adapts the push again' : 'the push is kept no longer';
      left.push(leftOf(step.head, isKept ? 'adapted-again' : 'no-push', message));
      const at = clock.now();
      const event = {
        id: `op_${this.task.id}`,
        at,
        kind: 'operator',
        message: `${message}, asked by ${this.task.by}`,
      };
      const set = { updatedAt: at, ...(isKept && { resolvedBy: 'retry' }) };
      await store.syncHistory.write([{ syncId: step.head.syncId, set, events: [event] }]);
    }
    return left;
  }

  /** Of one stream's records at a time, each once however many of its syncs are meant. */
  private async ask(steps: readonly Step[]): Promise<Left[]> {
    const byStream = new Map<string, HistoryHead[]>();
    for (const step of steps) {
      if (step.do !== 'ask') continue;
      const { streamId } = step.head;
      byStream.set(streamId, [...(byStream.get(streamId) ?? []), step.head]);
    }
    const left: Left[] = [];
    for (const [streamId, heads] of byStream) left.push(...(await this.askFor(streamId, heads)));
    return left;
  }

  private async askFor(streamId: string, heads: readonly HistoryHead[]): Promise<Left[]> {
    const { tenantId, id: taskId } = this.task;
    const [first] = heads;
    const ids = [...new Set(heads.map(({ source }) => source.dataId))].slice(0, askedTogether);
    if (first === undefined) return [];
    const objectApiName = first.source.objectApiName;
    const asked = { tenantId, streamId, objectApiName, ids, taskId, part: first.syncId };
    const { state, received } = await fetchFromCrm(asked, this.deps.reader, this.held.signal);
    if (state === 'silent') return heads.map((head) => leftOf(head, 'silent', 'the CRM did not answer'));
    if (received >= ids.length) return [];
    const message = `the CRM gave ${String(received)} of ${String(ids.length)} records`;
    return [leftOf(first, 'not-found', message)];
  }

  /** The part is done: what was left of it, and where the next one begins. */
  private async note(left: readonly Left[], heads: readonly HistoryHead[], cursor: string): Promise<void> {
    const { store, clock } = this.deps;
    const { id: taskId } = this.task;
    await store.historyFailures.add(left.map((one) => ({ ...one, taskId, at: clock.now() })));
    const counts = { ...this.task.left };
    for (const { code } of left) counts[code] = (counts[code] ?? 0) + 1;
    await this.advance({ cursor, read: this.task.read + heads.length, left: counts });
  }

  private makeRoom(): Promise<void> {
    return this.until(longestRoomWaitMs, (task) => task.fates.waiting < mostUnderWay);
  }

  /** What waits for something else than us need not be waited for. */
  settle(): Promise<void> {
    return this.until(longestSettleMs, (task) => task.fates.waiting === 0);
  }

  private async until(withinMs: number, isSo: (task: RetryTask) => boolean): Promise<void> {
    for (const end = performance.now() + withinMs; performance.now() < end;) {
      this.held.signal.throwIfAborted();
      const task = await this.deps.store.retryTasks.get(this.task.id);
      if (task === null || isSo(task)) return;
      await sleep(lookEveryMs, this.held.signal);
    }
  }

  private async advance(set: Partial<RetryTaskProgress>): Promise<void> {
    await this.held.advance(set);
    this.task = { ...this.task, ...set };
  }
}

function leftOf({ syncId, source }: HistoryHead, code: string, message: string): Left {
  return { syncId, dataId: source.dataId, code, message };
}
