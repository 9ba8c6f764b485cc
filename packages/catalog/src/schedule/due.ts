import type { Schedule, SlotSchedule } from '../catalog.ts';
import { nextInside, nextSlot } from './slots.ts';

/** What is known of the tries of a task, ms. */
export interface Tries {
  /** end of the last one */
  triedAt: number | null;
  /** begin of the last one that read everything: all slots up to it are served; absent: see `triedAt` */
  servedAt: number | null;
  /** in a row */
  failures: number;
}

/** When a task is to run: in the zone of its data center. */
export interface Timing {
  everyMs: number;
  /** absent: every `everyMs` */
  schedule?: Schedule | undefined;
  timeZone: string;
}

const firstRetryMs = 10_000;
const slowestRetryMs = 10 * 60_000;
/** The clocks of two pollers may differ by this much. */
const clockSlackMs = 5 * 60_000;

/** The delay before the next try after so many failures in a row: 10 s, doubled each time, at most 10 min or `everyMs`. */
export function retryDelayMs(failures: number, everyMs: number): number {
  const first = Math.min(everyMs, firstRetryMs);
  return Math.min(first * 2 ** Math.min(failures - 1, 30), Math.max(everyMs, slowestRetryMs));
}

/** How long until a task is due that runs every `everyMs`; 0 when it is. */
export function dueInMs(
  { triedAt, failures }: Pick<Tries, 'triedAt' | 'failures'>,
  everyMs: number,
  now: number,
): number {
  if (triedAt === null) return 0;
  const delayMs = failures === 0 ? everyMs : retryDelayMs(failures, everyMs);
  const leftMs = triedAt + delayMs - now;
  // Tried in the future: whoever wrote that had a clock that was ahead.
  return leftMs > 2 * delayMs ? 0 : Math.max(0, leftMs);
}

/**
 * When a task is due, ms; not after `now`: it is. Null: its schedule has no more slots.
 *
 * A slot is served by a run that began at it or later. So one that comes while a run is under way is still to be served
 * when that ends, and several that went by while no poller ran are served by one.
 */
export function dueAt({ everyMs, schedule, timeZone }: Timing, tries: Tries, now: number): number | null {
  if (schedule === undefined) return now + dueInMs(tries, everyMs, now);
  if (schedule.kind === 'between') return nextInside(schedule, timeZone, now + dueInMs(tries, everyMs, now));
  // A failed run is tried again soon, however far the next slot is.
  if (tries.failures > 0) return now + dueInMs(tries, Math.min(everyMs, slowestRetryMs), now);
  const served = tries.servedAt ?? tries.triedAt;
  if (served === null || served > now + clockSlackMs) return now;
  return nextSlot(schedule, timeZone, served);
}

/** When the next slice of a full sweep is due: at once while a sweep is under way (it has a checkpoint then). */
export function sweepDueAt(
  { schedule, timeZone }: { schedule: SlotSchedule; timeZone: string },
  tries: Tries & { checkpoint: number | null },
  now: number,
): number | null {
  const isUnderWay = tries.checkpoint !== null && tries.failures === 0;
  return isUnderWay ? now : dueAt({ everyMs: slowestRetryMs, schedule, timeZone }, tries, now);
}
