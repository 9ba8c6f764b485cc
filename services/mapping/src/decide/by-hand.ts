import { mappingStatus, syncStatus, type Side } from '@syncline/contract';
import type { Change } from '../change.ts';
import type { Draft } from './draft.ts';
import { link } from './link.ts';
import { done, refuse } from './operator.ts';
import type { OperatorAction, OperatorInput } from './operator-action.ts';
import { fetchFromErp, replay, retry } from './replay.ts';
import { putInFlight } from './send.ts';
import { without } from './sides.ts';

type Action<D extends OperatorAction['do']> = Extract<OperatorAction, { do: D }>;

/** A person acts on a pair. What cannot be done now is answered with the reason, and changes nothing. */
export function actByHand(draft: Draft, input: OperatorInput): void {
  const { action } = input;
  switch (action.do) {
    case 'retry':
      retry(draft, action, input);
      return;
    case 'replay':
      replay(draft, action, input);
      return;
    case 'fetch':
      fetchFromErp(draft, input);
      return;
    case 'exists':
      settle(draft, action, input);
      return;
    case 'sendAgain':
      sendOnceMore(draft, input);
      return;
    case 'resolve':
      resolve(draft, action, input);
      return;
    case 'discard':
      discard(draft, action, input);
  }
}

/** The record is there: it is linked, as by createSyncDataMapping (contract 5), and gets what it was to get. */
function settle(draft: Draft, { side, destId }: Action<'exists'>, { by }: OperatorInput): void {
  const { current, failed, sides } = draft.state;
  const change = current?.change.side === side ? current.change : failed[side];
  if (change === undefined) {
    refuse(draft, 'nothing-failed', 'nothing of it waits for a person or has failed');
    return;
  }
  link(draft, {
    mode: 'create',
    sourceSide: side,
    sourceId: sides[side].id,
    destId,
    sourceName: undefined,
    destName: undefined,
    remark: undefined,
  });
  if (draft.reply?.ok !== true) return;
  draft.reply = { ...draft.reply, syncId: change.syncId };
  draft.tell(change, { kind: 'operator', message: `${by} says that it exists there: ${destId}` });
}

/** The write did not happen, as a person knows: it is sent again under its own id. */
function sendOnceMore(draft: Draft, { by }: OperatorInput): void {
  const { current, sides } = draft.state;
  if (current?.phase !== 'person' && current?.phase !== 'resend') {
    refuse(draft, 'nothing-failed', 'it is not known to wait for a person (state 10)');
    return;
  }
  const { change, write } = current;
  const there = [
    ...(current.phase === 'person' ? current.candidates : []),
    ...(write.operation === 'create' && sides[write.to].id !== '' ? [sides[write.to].id] : []),
  ];
  if (there.length > 0) {
    refuse(
      draft,
      'exists',
      `the other side has what it may have made (${there.slice(0, 5).join(', ')}): say which one it is`,
    );
    return;
  }
  if (draft.streamOutOf(change.side)?.enabled !== true) {
    refuse(draft, 'stream-off', 'its stream is off: let it go on first');
    return;
  }
  draft.tell(change, { kind: 'operator', message: `${by} says that it did not happen: sent again` });
  done(draft, change.syncId);
  putInFlight(draft, change, write, { ...current, attempts: 0, inDoubt: false });
}

/** A failure that somebody has seen to elsewhere, or that does not matter. */
function resolve(draft: Draft, { syncId, reason }: Action<'resolve'>, { by }: OperatorInput): void {
  const { state } = draft;
  if (state.current?.change.syncId === syncId) {
    const message =
      state.current.phase === 'person'
        ? 'nobody knows what became of it: say under which id it exists, or that it is to be sent again'
        : 'it is under way and has not failed';
    refuse(draft, state.current.phase === 'person' ? 'needs-person' : 'under-way', message);
    return;
  }
  draft.tellOlder(syncId, `marked resolved by ${by}: ${reason}`, { resolvedBy: 'operator' });
  state.unresolved = state.unresolved.filter((one) => one !== syncId);
  for (const side of ['crm', 'erp'] satisfies Side[])
    if (state.failed[side]?.syncId === syncId) state.failed = without(state.failed, side);
  if (state.lastSyncDataId === syncId && state.lastSyncStatus === syncStatus.failed)
    state.lastSyncStatus = syncStatus.skipped;
  done(draft, syncId);
  draft.result = 'resolved';
}

/**
 * What a stream that is off holds is forgotten: neither it nor what it took the place of is owed any more. The same content
 * again is no news; the next change is.
 */
function discard(draft: Draft, { reason }: Action<'discard'>, { by }: OperatorInput): void {
  const { current, status } = draft.state;
  if (current?.phase !== 'held') {
    refuse(draft, 'not-held', 'it is not held');
    return;
  }
  const { change } = current;
  if (draft.streamOutOf(change.side)?.enabled === true) {
    refuse(draft, 'not-held', 'its stream is on: it is about to be sent');
    return;
  }
  draft.setCurrent(null);
  forget(draft, change);
  draft.skip(change, 'discarded', `Discarded by ${by}${reason === '' ? '' : `: ${reason}`}`);
  if (status === mappingStatus.reserved) draft.state.status = mappingStatus.inForce;
  done(draft, change.syncId);
  draft.result = 'discarded';
}

function forget(draft: Draft, change: Change): void {
  draft.settleSide(change);
  draft.setSide(change.side, { confirmed: change.operation === 'upsert' ? change.fingerprint : '' });
}
