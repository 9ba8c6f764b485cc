import type { Change } from '../change.ts';
import type { Draft } from './draft.ts';
import { contradicts } from './known.ts';
import { oncePerTask } from './once-per-task.ts';
import { take } from './take.ts';

/**
 * The newest snapshot of a side that is stored is taken once more. It is as old as what was taken last: whatever came
 * after it goes before it.
 */
export function takeAgain(draft: Draft, stored: Change): void {
  const { sides, current, waiting } = draft.state;
  const side = sides[stored.side];
  const change = oncePerTask(side, stored);
  if (stored.origin?.taskId !== undefined) draft.setSide(stored.side, { byTask: stored.origin.taskId });
  if (current !== null || waiting[stored.side] !== undefined) {
    draft.drop('under-way');
    return;
  }
  if (contradicts(side.known, draft.reading(change).source)) {
    draft.drop('superseded');
    return;
  }
  take(draft, { ...change, syncId: draft.nextSyncId(), order: side.order ?? change.order });
}
