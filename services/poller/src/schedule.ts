import { dueAt, sweepDueAt } from '@syncline/catalog';
import type { PollTask } from '@syncline/store';
import type { PollTarget, ScheduledTask } from './tasks.ts';

/** Is a task due, by its own schedule and in the time zone of its data center? */
export function isDue(
  kind: ScheduledTask['kind'],
  { poll, dataCenter: { timeZone } }: PollTarget,
  { task, now }: { task: PollTask; now: number },
): boolean {
  const { sweep } = poll;
  if (kind === 'increment') return isPast(dueAt({ ...poll, timeZone }, task, now), now);
  return sweep !== undefined && isPast(sweepDueAt({ ...sweep, timeZone }, task, now), now);
}

function isPast(at: number | null, now: number): boolean {
  return at !== null && at <= now;
}
