import { syncStatus, type Failure } from '@syncline/contract';
import { counted } from '../change.ts';
import type { CurrentOf } from '../current.ts';
import type { Draft } from './draft.ts';

/** A write that left and whose end is being decided. */
export type Sent = CurrentOf<'inFlight' | 'unknown' | 'resend' | 'person'>;

/** State 10: a person says what became of it, by createSyncDataMapping or in the console. */
export function needsPerson(draft: Draft, current: Sent, candidates: string[], failure: Failure): void {
  const { change, write, attempts, sends, since, doubtSince } = current;
  const among = candidates.length === 0 ? '' : ` Candidates: ${candidates.slice(0, 10).join(', ')}.`;
  const full: Failure = { ...failure, class: 'unknown', message: `${failure.message}${among}` };
  draft.setCurrent({
    phase: 'person',
    change: counted(change),
    write,
    attempts,
    sends,
    since,
    doubtSince,
    candidates,
    failure: full,
    dueAt: null,
  });
  draft.show(syncStatus.unknown, change);
  draft.finish(change, syncStatus.unknown, {
    operation: write.operation,
    reason: full,
    attempts: attempts + 1,
  });
  draft.state.unresolved = [...draft.state.unresolved, change.syncId].slice(-20);
  draft.result = 'needs-person';
}

/** The other side's id belongs to a row of its own: people have to see that. */
export function ownedByAnother(draft: Draft, current: Sent, destId: string): void {
  needsPerson(draft, current, [destId], {
    class: 'unknown',
    code: 'owned-by-another',
    message: `${destId} belongs to another record already. Say which two belong together with updateSyncDataMapping.`,
  });
}
