import { createLoop, type Clock, type Logger, type Part } from '@syncline/chassis';
import type { Side } from '@syncline/contract';
import type { Store } from './connect.ts';
import type { LinkReading, LinkTask } from './link-tasks.ts';

/** A stretch of the time in which records changed last: [from, to). */
export interface LinkSlice {
  from: number;
  to: number;
}

export interface LinkReadOptions {
  store: Pick<Store, 'linkTasks'>;
  /** which side this process reads */
  side: Side;
  /** of this process */
  owner: string;
  /** Reads a slice into `linkRecords`; may be called again for the same one. */
  readSlice(
    task: LinkTask,
    slice: LinkSlice,
    signal: AbortSignal,
  ): Promise<{ records: number; problem: string | null }>;
  clock: Clock;
  logger: Logger;
  everyMs?: number;
}

const leaseMs = 60_000;
const dayMs = 24 * 3_600_000;
const shortestSliceMs = 7 * dayMs;
/** Of what is left a slice takes at least this part: where reading begins long ago, a few requests lead to today. */
const slicePart = 16;
const firstPauseMs = 1_000;
const mostFailures = 8;
const mostProblems = 20;

/**
 * Reads one side of the link tasks that are under way, slice by slice. A process that dies leaves its slice to be read
 * again by another one when its lease ends.
 */
export function createLinkReadLoop(options: LinkReadOptions): Part {
  const { store, side, owner, clock, logger, everyMs = 1_000 } = options;
  return createLoop({
    name: `link-read-${side}`,
    everyMs,
    logger,
    async tick(signal) {
      let read = 0;
      for (const task of await store.linkTasks.open(side)) {
        signal.throwIfAborted();
        const now = clock.now();
        const isOurs = await store.linkTasks.lease(task, side, { owner, until: now + leaseMs, now });
        if (isOurs && (await readNext(task, options, signal))) read += 1;
      }
      return read;
    },
  });
}

/** Reads the next slice; false when the task stays where it is. */
async function readNext(task: LinkTask, options: LinkReadOptions, signal: AbortSignal): Promise<boolean> {
  const { store, side, owner, clock, logger } = options;
  const slice = nextSlice(task, task[side].cursor, clock.now());
  const renewing = setInterval(() => {
    const now = clock.now();
    store.linkTasks.lease(task, side, { owner, until: now + leaseMs, now }).catch((error: unknown) => {
      logger.warn('the lease of a link task could not be renewed yet', { streamId: task.streamId, error });
    });
  }, leaseMs / 4);
  try {
    const { records, problem } = await options.readSlice(task, slice, signal);
    return await store.linkTasks.advance(task, side, owner, after(task, { side, slice, records, problem }));
  } catch (error) {
    if (signal.aborted) throw error;
    logger.warn('a slice of a link task could not be read', { streamId: task.streamId, side, error });
    await store.linkTasks.advance(task, side, owner, failed(task[side], clock.now(), error));
    return false;
  } finally {
    clearInterval(renewing);
  }
}

function nextSlice({ to }: LinkTask, cursor: number, now: number): LinkSlice {
  const end = to ?? now;
  const sliceEnd = cursor + Math.max(shortestSliceMs, Math.ceil((end - cursor) / slicePart));
  return { from: cursor, to: Math.max(cursor + 1, Math.min(sliceEnd, end)) };
}

function after(
  { crm, erp, to }: LinkTask,
  read: { side: Side; slice: LinkSlice; records: number; problem: string | null },
): LinkReading {
  const before = read.side === 'crm' ? crm : erp;
  // Without an end it is read up to the moment of its last slice, which was shorter than it might have been.
  const isLast = to === null ? read.slice.to - read.slice.from < shortestSliceMs : read.slice.to >= to;
  return {
    ...before,
    state: isLast ? 'read' : 'reading',
    cursor: read.slice.to,
    records: before.records + read.records,
    problems:
      read.problem === null ? before.problems : [...before.problems, read.problem].slice(-mostProblems),
    failures: 0,
    owner: '',
    until: 0,
  };
}

/** Tried again after a pause, at last given up for a person. */
function failed(before: LinkReading, now: number, error: unknown): LinkReading {
  const failures = before.failures + 1;
  const message = error instanceof Error ? error.message : String(error);
  const isOver = failures >= mostFailures;
  const problems = isOver ? [...before.problems, message].slice(-mostProblems) : before.problems;
  const until = now + firstPauseMs * 2 ** failures;
  return { ...before, state: isOver ? 'failed' : 'reading', failures, problems, owner: '', until };
}
