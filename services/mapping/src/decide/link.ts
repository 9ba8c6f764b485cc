import { mappingStatus, otherSide, syncStatus } from '@syncline/contract';
import { claim, confirm } from './confirm.ts';
import type { Draft } from './draft.ts';
import type { Link } from './facts.ts';
import { proceed } from './take.ts';

/**
 * A person or a script says which two records belong together (spec 5; contract 5). Creating what is there already
 * changes nothing; another id, or a create that is under way, is a conflict; in state 5 or 10 it settles the record.
 */
export function link(draft: Draft, wanted: Link): void {
  const destSide = otherSide(wanted.sourceSide);
  const there = draft.state.sides[destSide].id;
  if (wanted.mode === 'update' && draft.state.version === 0) {
    refuse(draft, 'notFound', `no mapping of ${wanted.sourceId} exists; create it first`);
    return;
  }
  if (there === wanted.destId) {
    if (wanted.mode === 'update') describe(draft, wanted);
    draft.reply = { ok: true };
    draft.drop('linked-already');
    return;
  }
  if (wanted.mode === 'create' && there !== '') {
    refuse(draft, 'conflict', `${wanted.sourceId} is mapped to ${there}; update the mapping to change that`);
    return;
  }
  const phase = draft.state.current?.phase;
  if (phase === 'inFlight' || phase === 'unknown' || phase === 'details') {
    refuse(draft, 'conflict', `a write of ${wanted.sourceId} is under way; try again when it is done`);
    return;
  }
  if (claim(draft, destSide, wanted.destId) !== null) {
    refuse(draft, 'conflict', `${wanted.destId} is mapped to another record`);
    return;
  }
  establish(draft, wanted);
}

function refuse(draft: Draft, why: 'conflict' | 'notFound', message: string): void {
  draft.reply = { ok: false, why, message };
  draft.drop(`link-${why}`);
}

function describe(draft: Draft, wanted: Link): void {
  if (wanted.sourceName !== undefined) draft.setSide(wanted.sourceSide, { name: wanted.sourceName });
  if (wanted.destName !== undefined) draft.setSide(otherSide(wanted.sourceSide), { name: wanted.destName });
  if (wanted.remark !== undefined) draft.state.remark = wanted.remark;
}

function establish(draft: Draft, wanted: Link): void {
  const { state } = draft;
  const destSide = otherSide(wanted.sourceSide);
  draft.setSide(wanted.sourceSide, { id: wanted.sourceId, confirmed: '' });
  // What was known of another record says nothing about this one.
  draft.setSide(destSide, { id: wanted.destId, known: null, knownRevision: '', confirmed: '' });
  describe(draft, wanted);
  state.details = {};
  state.status = mappingStatus.inForce;
  draft.reply = { ok: true };
  draft.result = 'linked';
  const { current } = state;
  if (current?.phase === 'person' && current.write.to === destSide) {
    const { change, write, attempts } = current;
    confirm(draft, change, write, { destId: wanted.destId, rows: {}, unpaired: 0, order: 0, attempts });
    return;
  }
  state.lastSyncStatus = syncStatus.success;
  settleFailures(draft, wanted);
  // What waited to create it goes on as an update.
  if (current !== null) proceed(draft, current.change);
}

function settleFailures(draft: Draft, wanted: Link): void {
  for (const syncId of draft.state.unresolved) {
    draft.tellOlder(syncId, `settled: mapped to ${wanted.destId}`, { resolvedBy: 'mapping' });
  }
  draft.state.unresolved = [];
  draft.state.failed = {};
}
