import type { Poll } from '@syncline/catalog';

/** A range of ERP time, [startTime, endTime), ms (contract 6). Never empty. */
export interface Window {
  startTime: number;
  endTime: number;
  /** there is more time behind it: the next one follows at once */
  isSlice: boolean;
}

type Bounds = Pick<Poll, 'overlapMs' | 'lagMs' | 'sliceMs'>;

const dayMs = 24 * 3_600_000;
const sliceMs = 7 * dayMs;
/** Of what is left, a slice takes at least this part: where polling begins long ago, a few requests lead to today. */
const slicePart = 16;

/**
 * The next window, or null while the first one has not begun.
 *
 * It begins `overlapMs` before the checkpoint, because an ERP stamps a change before it commits it. A clock that was set
 * back reads the overlap before now once more instead of nothing: the answer tells the ERP's own time (`reachOf`).
 * @param now ERP time as far as it is known
 */
export function nextWindow(
  checkpoint: number | null,
  { poll, firstAppliedAt }: { poll: Bounds & Pick<Poll, 'startFrom'>; firstAppliedAt: number },
  now: number,
): Window | null {
  const end = now - poll.lagMs;
  const first = poll.startFrom ?? Math.max(0, firstAppliedAt - dayMs);
  const reached = checkpoint === null ? first : Math.min(checkpoint, end);
  const startTime = checkpoint === null ? first : Math.max(0, reached - Math.max(poll.overlapMs, 1));
  if (startTime >= end) return null;
  const slice = poll.sliceMs ?? Math.max(sliceMs, Math.ceil((end - reached) / slicePart));
  const endTime = Math.min(end, reached + slice);
  return { startTime, endTime, isSlice: endTime < end };
}

/** `Date` tells whole seconds, and a busy server tells them late: what the overlap covers needs no correction. */
const dateStepMs = 1_000;
const dateSlackMs = 4_000;
/** Clocks that are further apart than this: one of them is wrong, and nobody knows which. */
export const maxClockGapMs = dayMs;

/**
 * The checkpoint after a window was read, or null when the clocks are too far apart to say.
 *
 * Our clock may be ahead of the ERP's: then changes are still to come that it will stamp before the window's end. Only
 * what its clock had passed when it gave the first page is complete.
 * @param erpTime what the ERP's clock said with the first page, if it said anything
 */
export function reachOf(
  window: Window,
  checkpoint: number | null,
  { poll, erpTime }: { poll: Bounds; erpTime: number | null },
): number | null {
  const reach = Math.max(window.endTime, checkpoint ?? 0);
  if (erpTime === null) return reach;
  const behindMs = reach + poll.lagMs - (erpTime + dateStepMs);
  const slackMs = Math.min(Math.max(0, poll.overlapMs - dateStepMs), dateSlackMs);
  if (behindMs <= slackMs) return reach;
  return behindMs > maxClockGapMs ? null : Math.max(0, erpTime - poll.lagMs);
}
