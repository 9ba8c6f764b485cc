import { stringifyJson, topics, type Topic } from '@syncline/contract';
import type { CatalogView } from '@syncline/catalog';
import type { Received } from '@syncline/kafka';
import type { Addressed } from './addressed.ts';
import type { Change } from './change.ts';
import type { Current, CurrentOf, Phase, Write } from './current.ts';
import { onCrmEvent, readCrmMessage } from './on-crm-event.ts';
import { newPair, newSide, type PairKey, type PairState, type SideState } from './pair.ts';

/** The pair of objects of `aCatalogView`. */
export const pairKey: PairKey = {
  tenantId: '81138',
  dataCenterId: 'dc-main',
  crmObject: 'AccountObj',
  erpObject: 'BD_Customer',
};

/** A change of account A1 by a person. */
export function aChange(over: Partial<Change> = {}): Change {
  const side = over.side ?? 'crm';
  return {
    syncId: `${'0'.repeat(32)}-1`,
    side,
    dataId: side === 'crm' ? 'A1' : 'E1',
    operation: 'upsert',
    via: side === 'crm' ? 'user' : 'push',
    order:
      side === 'crm'
        ? { kind: 'log', partition: 0, offset: 7, occurredAt: 1_000 }
        : { kind: 'counter', number: 7 },
    eventId: side === 'crm' ? 'e7' : '',
    causedBy: '',
    fingerprint: 'f7',
    body: { record: { master: { name: 'Acme' }, details: {} } },
    arrivedAt: 1_000,
    forced: false,
    endsVoid: true,
    replaces: false,
    isStale: false,
    told: true,
    note: '',
    ...over,
  };
}

/** A create in the ERP. */
export function aWrite(over: Partial<Write> = {}): Write {
  return {
    to: 'erp',
    operation: 'create',
    body: { record: { master: { FName: 'Acme' }, details: {} } },
    values: { FName: 'Acme' },
    rows: {},
    match: [{ field: 'FNumber', value: 'C-1' }],
    guarded: true,
    owes: [],
    revision: 3,
    ...over,
  };
}

const failure = { class: 'unknown', code: 'timeout', message: 'no answer' } as const;

const ofPhase: { [P in Phase]: () => Omit<CurrentOf<P>, keyof CurrentOf<'retry'>> } = {
  retry: () => ({}),
  parked: () => ({ keys: [] }),
  openWait: () => ({ keys: [] }),
  held: () => ({ streamId: 's1' }),
  inFlight: () => ({ write: aWrite(), resends: 0, inDoubt: false }),
  unknown: () => ({ write: aWrite(), attemptedFrom: 10, attemptedTo: 20, asks: 0, failure }),
  resend: () => ({ write: aWrite(), failure }),
  person: () => ({ write: aWrite(), candidates: [], failure }),
  details: () => ({ write: aWrite(), destId: 'E1', order: 1, asks: 0 }),
  reread: () => ({ aside: null }),
};

export const phases = Object.keys(ofPhase) as Phase[];

/** A sync in one of its phases, sent once. */
export function aCurrent<P extends Phase>(phase: P, over: Partial<CurrentOf<P>> = {}): CurrentOf<P> {
  const base = {
    phase,
    change: aChange(),
    attempts: 0,
    sends: 1,
    dueAt: null,
    since: 1_000,
    doubtSince: null,
  };
  return { ...base, ...ofPhase[phase](), ...over } as unknown as CurrentOf<P>;
}

export function aSide(over: Partial<SideState> = {}): SideState {
  return { ...newSide(''), ...over };
}

/** The row of account A1, which has no counterpart yet unless `erpId` says so. */
export function aPair(over: Partial<PairState> = {}, erpId = ''): PairState {
  const fresh = newPair(pairKey, 'crm', 'A1', 1_000);
  const sides = { crm: aSide({ id: 'A1', name: 'Acme' }), erp: aSide({ id: erpId }) };
  return { ...fresh, version: 1, sides, streamId: 's1', updatedAt: 2_000, ...over };
}

/** A pair whose sync is in this phase. */
export function aPairWith(current: Current | null, over: Partial<PairState> = {}, erpId = ''): PairState {
  return aPair({ current, ...over }, erpId);
}

/** A message as the consumer hands it over; a text is taken as it is, and null stays null. */
export function received(topic: Topic, value: unknown, over: Partial<Received> = {}): Received {
  const bytes =
    value === null ? null : Buffer.from(typeof value === 'string' ? value : stringifyJson(value), 'utf8');
  return { topic, partition: 2, offset: 9, key: 'k', value: bytes, headers: {}, timestamp: 0, ...over };
}

export const anEvent = (over: Record<string, unknown> = {}) =>
  received(topics.crmEvents, {
    eventId: 'e1',
    tenantId: '81138',
    objectApiName: 'AccountObj',
    dataId: 'A1',
    operation: 'update',
    occurredAt: 5,
    origin: 'user',
    data: { _id: 'A1', name: 'Acme' },
    ...over,
  });

/** The inputs of a message of `crm.events`. */
export function inputsOfCrm(message: Received, view: CatalogView, now = 0): Addressed[] {
  const read = readCrmMessage(message.value);
  return read.kind === 'event' ? onCrmEvent(message, read.event, view, now) : [];
}
