import { createHash } from 'node:crypto';
import {
  mappingStatus,
  syncStatus,
  type Failure,
  type MappingStatus,
  type Origin,
  type Side,
  type SyncStatus,
} from '@syncline/contract';
import type { Body, Change, Known, SourceOrder } from './change.ts';
import type { Current, WriteOperation } from './current.ts';

/**
 * A pair is one CRM record and its counterpart in one data center's ERP object (design, "The record's state is its
 * mapping row"). This is the pair's whole state; it is kept as JSON text in its mapping row.
 */
export interface PairState {
  id: string;
  version: number;
  tenantId: string;
  dataCenterId: string;
  crmObject: string;
  erpObject: string;
  beganOn: Side;
  sides: Record<Side, SideState>;
  /** ids of detail rows that belong together, by `detailKey` */
  details: Record<string, DetailPair[]>;
  status: MappingStatus;
  lastSyncStatus: SyncStatus;
  lastSyncDataId: string;
  streamId: string | null;
  /** how many syncs this pair has had; the next one's id is made from it */
  syncs: number;
  /** the sync that is being carried out; null when the pair is at rest */
  current: Current | null;
  /** the newest change of each side that waits behind `current` */
  waiting: Partial<Record<Side, Change>>;
  /** the newest change of each side that failed, kept for a retry by a person */
  failed: Partial<Record<Side, Change>>;
  /**
   * the newest change of each side that has not reached the other one, whose place the other side's newer change took:
   * what it said is still to be compared in full when that side says something again
   */
  overtaken: Partial<Record<Side, Change>>;
  /** failed syncs that no success has resolved yet, oldest first */
  unresolved: string[];
  /** the last writes to the CRM, so that an event that names one as its cause is known for ours */
  ownWrites: { writeId: string; operation: WriteOperation; crmMoves: number }[];
  /** rises with each change by others that came from the CRM, and with each change of the CRM that went to the ERP */
  crmMoves: number;
  lastRevision: number;
  /** when the direction of writing turned round, ms; at most the last few */
  crossings: number[];
  lastWriter: Side | null;
  remark: string;
  createdAt: number;
  updatedAt: number;
  /** effects of the last write of this row; a later write knows that they were produced */
  outbox: Effect[];
}

export interface SideState {
  /** the record's id on this side, '' while unknown */
  id: string;
  name: string;
  /** the newest source order taken from this side */
  order: SourceOrder | null;
  /** the newest source order of what says whether the record is voided; a poll or a reading does not */
  word: SourceOrder | null;
  /** the last 8 event ids (CRM only) */
  eventIds: string[];
  /** the highest offset taken of each partition (CRM only) */
  offsets: Record<string, number>;
  /** the ERP's counter number after our last confirmed write there: what was read before it may be older than it */
  writtenOrder: number;
  /** what both sides held before a snapshot of this one said otherwise, until the next write there (ERP only) */
  written?: Known | null;
  /** a write to this side failed and may have happened all the same: what came from it before may be out of date */
  unsettled: boolean;
  /** our last write to this side has not been seen in a snapshot of it: what comes from it may be older (CRM only) */
  unseen: boolean;
  /** our last write to this side may have taken back a void there, which reached the other side only later (ERP only) */
  revived: boolean;
  /** a void of ours failed there and may have happened all the same (ERP only) */
  maybeVoided: boolean;
  /** it was voided there and the other side has not followed: that void failed, or a newer change took its place */
  voidedAlone: boolean;
  /** what is known of this side's values, as text */
  known: Known | null;
  /** config revision of the stream out of this side when `known` was last read from it, '' when that is not what it said */
  knownRevision: string;
  /** the historical sync task that this side was taken for last: each takes a record once; absent for none */
  byTask?: string;
  /** the sync of the last snapshot of this side that was news; absent for none */
  newest?: string;
  /** fingerprint of the last change of this side that reached the other, '' when none holds */
  confirmed: string;
}

export interface DetailPair {
  crm: string;
  /** '' when the ERP did not tell: such a row is never sent as new again */
  erp: string;
}

/** What has to happen after the row is written. `id` makes a repeat harmless. */
export type Effect =
  /** the message for `current`: a write, or a question about one */
  | { kind: 'send'; what: 'write' | 'read' | 'find' }
  | { kind: 'outcome'; outcome: OutcomeFacts }
  /** `side` is where the change came from; null adds to a sync of which no more is known here */
  | {
      kind: 'history';
      syncId: string;
      side: Side | null;
      set: Record<string, string | number | null>;
      events: HistoryEvent[];
    }
  /** the stream's hook `after` is to be run for this sync */
  | ({ kind: 'after' } & AfterSync)
  /** this change belongs to another pair */
  | { kind: 'forward'; rowId: string; change: Change };

/** A confirmed sync, for its hook `after`. */
export interface AfterSync {
  syncId: string;
  side: Side;
  streamId: string;
  operation: WriteOperation;
  destId: string;
  /** as it was written */
  body: Body;
  at: number;
}

export interface OutcomeFacts {
  syncId: string;
  operation: string;
  side: Side;
  status: SyncStatus;
  failure: Reason | null;
  attempts: number;
  at: number;
  /** of the change, see there */
  origin?: Origin;
}

/** Why a sync ended as it did; a skip has a reason and no failure class. */
export interface Reason {
  class: Failure['class'] | null;
  code: string;
  message: string;
}

export interface HistoryEvent {
  id: string;
  at: number;
  kind: string;
  message: string;
  body?: Body;
}

export interface PairKey {
  tenantId: string;
  dataCenterId: string;
  crmObject: string;
  erpObject: string;
}

/** The 32-hex name of one side's record in a pair: a row's `_id`, a pointer's `_id` and what waits name. */
export function pairDigest(pair: PairKey, side: Side, dataId: string): string {
  const parts = [pair.tenantId, pair.dataCenterId, pair.crmObject, pair.erpObject, side, dataId];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** `syncId` and `writeId` begin with the row's id, so that a result finds its row. */
export function rowIdOf(syncId: string): string {
  return syncId.slice(0, 32);
}

/** The key of `PairState.details` for two detail objects. */
export function detailKey(crmDetail: string, erpDetail: string): string {
  return `${crmDetail}|${erpDetail}`;
}

/** A side of which no more is known than the id. */
export function newSide(id: string): SideState {
  return {
    id,
    name: '',
    order: null,
    word: null,
    eventIds: [],
    offsets: {},
    writtenOrder: 0,
    unsettled: false,
    unseen: false,
    revived: false,
    maybeVoided: false,
    voidedAlone: false,
    known: null,
    knownRevision: '',
    confirmed: '',
  };
}

/** The state of a pair that nothing has happened to yet; version 0 means that it has no row. */
export function newPair(pair: PairKey, beganOn: Side, dataId: string, now: number): PairState {
  return {
    ...pair,
    id: pairDigest(pair, beganOn, dataId),
    version: 0,
    beganOn,
    sides: { crm: newSide(beganOn === 'crm' ? dataId : ''), erp: newSide(beganOn === 'erp' ? dataId : '') },
    details: {},
    status: mappingStatus.inForce,
    lastSyncStatus: syncStatus.pending,
    lastSyncDataId: '',
    streamId: null,
    syncs: 0,
    current: null,
    waiting: {},
    failed: {},
    overtaken: {},
    unresolved: [],
    ownWrites: [],
    crmMoves: 0,
    lastRevision: 0,
    crossings: [],
    lastWriter: null,
    remark: '',
    createdAt: now,
    updatedAt: now,
    outbox: [],
  };
}
