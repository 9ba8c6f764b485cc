import { sleep, type Clock, type Logger } from '@syncline/chassis';
import type { HistoryTask, HistoryTaskProgress, Store } from '@syncline/store';
import type { HeldTask } from './lease.ts';
import { createPacer, type Pacer } from './pacer.ts';
import { doneOf, readOf, seenOf } from './progress.ts';
import { nextSlice, nextSliceMs, type Slice } from './slices.ts';
import { SliceLater, type SliceContext, type SliceRead, type SourceReader } from './source-reader.ts';

type Held = HeldTask<HistoryTask, HistoryTaskProgress>;

export interface RunOptions {
  store: Pick<Store, 'historyTasks'>;
  reader: SourceReader;
  clock: Clock;
  logger: Logger;
}

const lookEveryMs = 500;
/** Before the next slice this many records may be on their way through mapping; live traffic waits behind them. */
const mostUnderWay = 1_000;
/** Counts of a mapping that was killed are missing: then its place in the topic decides, and this long at most. */
const longestRoomWaitMs = 60_000;
const longestSettleMs = 10 * 60_000;
/** What waits for something else than us need not be waited for. */
const longestWaitingMs = 2 * 60_000;
const showEveryMs = 1_000;
/** A slice that fails for good is left out after these pauses, and the task says so. */
const retryMs = [2_000, 10_000, 30_000, 60_000];
const laterMs = 5_000;
const mostProblems = 100;

/**
 * Reads a task's slices one after the other, and waits until what was read is decided. Progress stands in the store after
 * each slice.
 * @throws the signal's reason when it was left
 */
export async function runTask(held: Held, options: RunOptions): Promise<void> {
  const run = new Run(held, options);
  await run.begin();
  while (await run.step());
  await run.settle();
  await held.release({ state: 'finished', endedAt: options.clock.now(), inSlice: 0 });
}

class Run {
  private readonly held: Held;
  private readonly options: RunOptions;
  private readonly pacer: Pacer;
  private task: HistoryTask;
  private sliceMs: number;

  constructor(held: Held, options: RunOptions) {
    this.held = held;
    this.options = options;
    this.task = held.task;
    this.pacer = createPacer(held.task.rate);
    this.sliceMs = options.reader.sizes.ms;
  }

  async begin(): Promise<void> {
    const now = this.options.clock.now();
    const startedAt = this.task.startedAt ?? now;
    await this.advance({ startedAt, runAt: now, runDone: doneOf(this.task) });
    if (this.task.total === null)
      await this.advance({ total: await this.options.reader.total(this.context()) });
  }

  /** Reads the next slice; false when there is none. */
  async step(): Promise<boolean> {
    const { clock, reader } = this.options;
    this.held.signal.throwIfAborted();
    await this.pause(this.task.notBefore - clock.now());
    const slice = nextSlice(this.task, { ...reader.sizes, ms: this.sliceMs });
    if (slice === null) return false;
    try {
      await this.pass(slice, await reader.readSlice(slice, this.context()));
    } catch (error) {
      this.held.signal.throwIfAborted();
      await this.fail(slice, error);
    }
    return true;
  }

  private async pass(slice: Slice, { records, problem, end = slice.end }: SliceRead): Promise<void> {
    const { sizes, mostRecords: most } = this.options.reader;
    this.sliceMs = nextSliceMs(this.sliceMs, { records, most, full: sizes.ms });
    await this.advance({
      cursor: end,
      read: this.task.read + records,
      inSlice: 0,
      failures: 0,
      lastError: null,
      problems: this.withProblem(problem),
    });
    await this.makeRoom();
  }

  private async fail(slice: Slice, error: unknown): Promise<void> {
    const { clock, logger } = this.options;
    const lastError = error instanceof Error ? error.message : String(error);
    logger.warn('a slice of a historical sync task could not be read', { taskId: this.task.id, error });
    if (error instanceof SliceLater) {
      await this.advance({ lastError, notBefore: clock.now() + laterMs });
      return;
    }
    const pauseMs = retryMs[this.task.failures];
    if (pauseMs !== undefined) {
      await this.advance({ failures: this.task.failures + 1, lastError, notBefore: clock.now() + pauseMs });
      return;
    }
    const problem = `${textOfSlice(slice)} could not be read and was left out: ${lastError}`;
    const problems = this.withProblem(problem);
    await this.advance({ cursor: slice.end, failures: 0, lastError, notBefore: 0, problems });
  }

  /** Live traffic stands in the same topics. */
  private makeRoom(): Promise<boolean> {
    return this.until(longestRoomWaitMs, (task) => readOf(task) - doneOf(task) < mostUnderWay);
  }

  /** Waits until mapping has decided what was read, and for a while for what is still under way. */
  async settle(): Promise<void> {
    const { reader } = this.options;
    await this.until(
      longestSettleMs,
      async (task) => seenOf(task) >= task.read || reader.hasArrived(this.context()),
    );
    await this.until(longestWaitingMs, ({ fates }) => fates.waiting === 0);
  }

  /** @returns whether it became so in time */
  private async until(
    withinMs: number,
    isSo: (task: HistoryTask) => boolean | Promise<boolean>,
  ): Promise<boolean> {
    const end = performance.now() + withinMs;
    for (;;) {
      this.held.signal.throwIfAborted();
      const task = await this.options.store.historyTasks.get(this.task.id);
      if (task === null || (await isSo(task))) return true;
      if (performance.now() >= end) return false;
      await this.pause(lookEveryMs);
    }
  }

  private async advance(set: Partial<HistoryTaskProgress>): Promise<void> {
    await this.held.advance(set);
    this.task = { ...this.task, ...set };
  }

  private withProblem(problem: string | null): string[] {
    return problem === null ? this.task.problems : [...this.task.problems, problem].slice(-mostProblems);
  }

  private context(): SliceContext {
    const { signal, fence } = this.held;
    return { task: this.task, signal, fence, pace: this.pacer, show: this.shower() };
  }

  /** What cannot be shown now is shown later. */
  private shower(): (records: number) => void {
    let shownAt = 0;
    return (inSlice) => {
      if (performance.now() - shownAt < showEveryMs) return;
      shownAt = performance.now();
      this.held.advance({ inSlice }).catch(() => undefined);
    };
  }

  private async pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, this.held.signal);
    this.held.signal.throwIfAborted();
  }
}

function textOfSlice(slice: Slice): string {
  if (slice.kind === 'ids')
    return `the records ${slice.ids.slice(0, 3).join(', ')}${slice.ids.length > 3 ? ', …' : ''}`;
  const [from, to] = [slice.from, slice.to].map((at) => new Date(at).toISOString());
  return `the time from ${from ?? ''} to ${to ?? ''}`;
}
