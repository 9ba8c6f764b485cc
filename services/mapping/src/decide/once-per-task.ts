import type { Change } from '../change.ts';
import type { SideState } from '../pair.ts';

/**
 * A historical sync task takes a record once. What it reads again, after a crash or because pages moved, is forced no more
 * and counts no more; it is compared like any other, so that a newer state is not lost.
 */
export function oncePerTask({ byTask }: SideState, change: Change): Change {
  const { origin, ...rest } = change;
  if (origin?.taskId === undefined || origin.taskId !== byTask) return change;
  const { taskId: _taskId, ...others } = origin;
  return { ...rest, forced: false, ...(others.windowId === undefined ? {} : { origin: others }) };
}
