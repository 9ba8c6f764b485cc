import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject, type Origin, type RecordData, type Side } from '@syncline/contract';

export type SourceOrder =
  /** `isReading`: the record was asked for (`crm.reads`) */
  | { kind: 'log'; partition: number; offset: number; occurredAt: number; isReading?: true }
  | { kind: 'counter'; number: number };

/** Values as text: empty, null and absent are alike. Long ones are kept as a digest. */
export interface Known {
  fields: Record<string, string>;
  /** by detail object and row id */
  rows: Record<string, Record<string, Record<string, string>>>;
}

/** A record body, inline when small. `ref` names it in the bodies collection. */
export type Body = { record: RecordData } | { ref: string };

/** One change of a record on one side, whole. */
export interface Change {
  syncId: string;
  side: Side;
  dataId: string;
  operation: 'upsert' | 'void' | 'recover';
  /**
   * how it came: by a person or an integration in the CRM, or read from it; pushed, polled or fetched from the ERP; given
   * by a person here, which says nothing of what its side holds
   */
  via: 'user' | 'integration' | 'read' | 'push' | 'poll' | 'fetch' | 'operator';
  order: SourceOrder;
  eventId: string;
  /** the `writeId` of ours behind it, '' when none is named */
  causedBy: string;
  fingerprint: string;
  body: Body;
  arrivedAt: number;
  /** written even when nothing changed */
  forced: boolean;
  /** may it end status 3? Its own way of coming says so, or that of an older one whose place it took */
  endsVoid: boolean;
  /** took the place of another's change that had not been decided: then it is more than an answer to our own write */
  replaces: boolean;
  /** what it holds is older than what was seen last, and only its word on voiding counts: the ERP is asked again */
  isStale: boolean;
  /** has the history heard of it? Then its end is told too */
  told: boolean;
  note: string;
  /** an ERP record that is taken after the CRM's state that waits */
  isBehind?: true;
  /** it comes from another row, where it waited */
  isForwarded?: true;
  /** a person says that the other side does not hold it yet: no match is looked for */
  isNew?: true;
  /** the batch that it came with and that counts what becomes of it; absent once it is counted (`fatesOf`) */
  origin?: Origin;
}

/** What is kept of a change whose fate its batch knows: if it is taken up again, that counts no more. */
export function counted(change: Change): Change {
  const { origin: _origin, ...rest } = change;
  return rest;
}

/** Equal content, operation and config revision give equal fingerprints (design, "Unchanged is not written"). */
export function fingerprintOf(
  operation: Change['operation'],
  record: RecordData,
  configRevision: string,
): string {
  const content = canonicalJson(record as unknown as JsonObject);
  return createHash('sha256')
    .update(`${operation}\n${configRevision}\n${content}`)
    .digest('hex')
    .slice(0, 32);
}

/** A push and a change by a user say whether the record is voided; a poll does not (design, "Void and recover"). */
export function mayEndVoid({ operation, via }: Pick<Change, 'operation' | 'via'>): boolean {
  return operation === 'recover' || (operation === 'upsert' && (via === 'push' || via === 'user'));
}

export function saysWhetherVoided(change: Pick<Change, 'operation' | 'via'>): boolean {
  return change.operation === 'void' || mayEndVoid(change);
}

/** A snapshot that does not say whether the record is voided takes no void's place. */
export function isSilentOnVoid({ operation, endsVoid }: Pick<Change, 'operation' | 'endsVoid'>): boolean {
  return operation === 'upsert' && !endsVoid;
}
