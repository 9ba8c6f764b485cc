import type { Clock, Logger, Part } from '@syncline/chassis';
import type { Direction } from '@syncline/catalog';
import type { HistoryTask, HistoryTaskProgress, Store } from '@syncline/store';
import { runTask } from './run-task.ts';
import type { SourceReader } from './source-reader.ts';
import { createTaskLoop } from './task.loop.ts';

export interface HistoryTaskLoopOptions {
  store: Pick<Store, 'historyTasks' | 'historyTurns'>;
  /** of the streams whose source this process reads */
  direction: Direction;
  reader: SourceReader;
  /** of this process */
  owner: string;
  leaseMs: number;
  clock: Clock;
  logger: Logger;
}

/** Runs the historical sync tasks of one direction. A task that is taken over goes on behind what was read last. */
export function createHistoryTaskLoop(options: HistoryTaskLoopOptions): Part {
  const { store, direction } = options;
  return createTaskLoop<HistoryTask, HistoryTaskProgress>({
    ...options,
    name: 'history-tasks',
    what: 'historical sync task',
    tasks: store.historyTasks,
    turns: store.historyTurns,
    turnOf: (tenantId) => tenantId,
    isMine: (task) => task.direction === direction,
    run: (held) => runTask(held, options),
  });
}
