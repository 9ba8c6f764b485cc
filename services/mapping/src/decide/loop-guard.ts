import type { Failure, Side } from '@syncline/contract';
import type { Draft } from './draft.ts';

const windowMs = 10 * 60 * 1000;
const mostCrossings = 5;

/** Has the direction of writing turned round more than 5 times in 10 minutes (design, "Echo")? */
export function crossesTooOften(draft: Draft, from: Side): boolean {
  if (draft.state.lastWriter === from || draft.state.lastWriter === null) return false;
  return recent(draft).length >= mostCrossings;
}

crossesTooOften.failure = {
  class: 'loop',
  code: 'loop',
  message:
    'loop: this pair was written to and fro more than 5 times in 10 minutes. Make the two mappings agree on how values are spelled, then retry.',
} satisfies Failure;

/** Remembers which side a write came from, and when that turned round. */
export function noteCrossing(draft: Draft, from: Side): void {
  const { state } = draft;
  if (state.lastWriter !== null && state.lastWriter !== from) state.crossings = [...recent(draft), draft.now];
  state.lastWriter = from;
}

function recent(draft: Draft): number[] {
  return draft.state.crossings.filter((at) => at > draft.now - windowMs);
}
