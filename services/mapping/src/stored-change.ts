import type { RecordData, Side } from '@syncline/contract';
import { fingerprintOf, type Change } from './change.ts';
import type { PairState } from './pair.ts';

/** A snapshot that is stored, or that a person gives, as a change of its side: as old as what was taken from it last. */
export function storedChange(
  { sides }: Pick<PairState, 'sides'>,
  given: { side: Side; record: RecordData; revision: string; at: number },
): Change {
  const { side, record, revision, at } = given;
  return {
    syncId: '',
    side,
    dataId: sides[side].id,
    operation: 'upsert',
    via: 'operator',
    order: sides[side].order ?? firstOrder[side],
    eventId: '',
    causedBy: '',
    fingerprint: fingerprintOf('upsert', record, revision),
    body: { record },
    arrivedAt: at,
    forced: true,
    endsVoid: false,
    replaces: false,
    isStale: false,
    told: true,
    note: '',
  };
}

const firstOrder: Record<Side, Change['order']> = {
  crm: { kind: 'log', partition: 0, offset: -1, occurredAt: 0 },
  erp: { kind: 'counter', number: 0 },
};
