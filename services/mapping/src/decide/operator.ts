import type { Change } from '../change.ts';
import type { Draft } from './draft.ts';
import type { OperatorInput, Refusal } from './operator-action.ts';

/** Answers that nothing is done, and why; nothing changes. */
export function refuse(draft: Draft, code: Refusal, message: string): void {
  const why = code === 'nothing-failed' ? 'notFound' : 'conflict';
  draft.reply = { ok: false, why, code, message };
  draft.drop(`operator-${code}`);
}

export function done(draft: Draft, syncId: string): void {
  draft.reply = { ok: true, changed: true, syncId };
}

/** The change as the input's bulk retry counts it, unless another batch counts it already. */
export function takenFor(draft: Draft, change: Change, { taskId }: OperatorInput): Change {
  if (taskId === undefined || change.origin !== undefined) return change;
  draft.setSide(change.side, { byTask: taskId });
  return { ...change, origin: { taskId } };
}
