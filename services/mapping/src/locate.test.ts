import type { MappingRow, Store } from '@syncline/store';
import { aChange, aCurrent, aPair, aPairWith, aSide, aWrite, pairKey } from './a-pair.fixture.ts';
import type { Addressed } from './addressed.ts';
import type { Link } from './decide/facts.ts';
import { locate, startState } from './locate.ts';
import { newPair, pairDigest, type PairKey, type PairState } from './pair.ts';
import { toRow } from './rows.ts';

const crmDigest = pairDigest(pairKey, 'crm', 'A1');
const erpDigest = pairDigest(pairKey, 'erp', 'E1');

function storeOf(states: readonly PairState[], pointers: Record<string, string> = {}) {
  const rows = new Map<string, MappingRow>(states.map((state) => [state.id, toRow(state)]));
  const links = new Map(Object.entries(pointers));
  const pick = <T>(from: Map<string, T>, ids: readonly string[]) =>
    new Map([...from].filter(([id]) => ids.includes(id)));
  return {
    pointers: { readMany: (ids: readonly string[]) => Promise.resolve(pick(links, ids)) },
    mappingRows: { readMany: (ids: readonly string[]) => Promise.resolve(pick(rows, ids)) },
  } as unknown as Pick<Store, 'pointers' | 'mappingRows'>;
}

type RecordInput = Extract<Addressed, { kind: 'record' }>;

function fromCrm(over: Partial<RecordInput> = {}): RecordInput {
  const change = aChange();
  const dataId = over.dataId ?? 'A1';
  return {
    kind: 'record',
    pair: pairKey,
    side: 'crm',
    dataId,
    causedByRow: '',
    mayBegin: true,
    change,
    ...over,
  };
}

const fromErp = (over: Partial<RecordInput> = {}): RecordInput =>
  fromCrm({ side: 'erp', dataId: 'E1', change: aChange({ side: 'erp' }), ...over });

/** A row that began in the ERP. */
function begunInErp(crmId: string, over: Partial<PairState> = {}): PairState {
  const sides = { crm: aSide({ id: crmId }), erp: aSide({ id: 'E1' }) };
  return { ...newPair(pairKey, 'erp', 'E1', 0), version: 1, sides, ...over };
}

async function rowIdsOf(store: ReturnType<typeof storeOf>, ...inputs: Addressed[]): Promise<string[]> {
  return [...(await locate(store, inputs, 0)).keys()];
}

describe('locate', () => {
  it('finds the row that a record began', async () => {
    expect(await rowIdsOf(storeOf([aPair()]), fromCrm())).toEqual([crmDigest]);
  });

  it('finds the row that a pointer leads to', async () => {
    const store = storeOf([aPair({}, 'E1')], { [erpDigest]: crmDigest });
    expect(await rowIdsOf(store, fromErp())).toEqual([crmDigest]);
  });

  it('takes the pointer before the row that began with the same id', async () => {
    const store = storeOf([aPair(), begunInErp('A1')], { [crmDigest]: erpDigest });
    expect(await rowIdsOf(store, fromCrm())).toEqual([erpDigest]);
  });

  it('follows a pointer to a row that does not know its other id yet', async () => {
    expect(await rowIdsOf(storeOf([begunInErp('')], { [crmDigest]: erpDigest }), fromCrm())).toEqual([
      erpDigest,
    ]);
  });

  it('does not follow a pointer that was left behind', async () => {
    const store = storeOf([aPair(), begunInErp('A2')], { [crmDigest]: erpDigest });
    expect(await rowIdsOf(store, fromCrm())).toEqual([crmDigest]);
  });

  it('begins a row for what nobody knows, if the record may begin one', async () => {
    const located = await locate(storeOf([]), [fromCrm()], 77);
    const one = located.get(crmDigest);
    expect(one?.row).toBeNull();
    expect(one && startState(one)).toEqual(newPair(pairKey, 'crm', 'A1', 77));
    expect(await rowIdsOf(storeOf([]), fromCrm({ mayBegin: false }))).toEqual([]);
  });

  it('still finds rows for records that may not begin one', async () => {
    const store = storeOf([begunInErp('A1')], { [crmDigest]: erpDigest });
    expect(await rowIdsOf(store, fromCrm({ mayBegin: false }))).toEqual([erpDigest]);
  });

  it('keeps inputs of one row together, with their places and in their order', async () => {
    const store = storeOf([aPair({}, 'E1')], { [erpDigest]: crmDigest });
    const wake: Addressed = { kind: 'row', rowId: crmDigest, input: { kind: 'wake' } };
    const located = await locate(store, [fromErp(), fromCrm({ dataId: 'A2' }), wake, fromCrm()], 0);
    expect(located.get(crmDigest)?.inputs.map(({ at, input }) => [at, input.kind])).toEqual([
      [0, 'change'],
      [2, 'wake'],
      [3, 'change'],
    ]);
    expect(located.size).toBe(2);
  });

  it('leaves out an input for a row that is not there', async () => {
    expect(await rowIdsOf(storeOf([]), { kind: 'row', rowId: 'x', input: { kind: 'wake' } })).toEqual([]);
  });

  it('begins a row for a link by a person', async () => {
    const link = { mode: 'create', sourceSide: 'erp', sourceId: 'E1', destId: 'A1' } as Link;
    const located = await locate(storeOf([]), [{ kind: 'link', pair: pairKey, link }], 0);
    expect([...located.keys()]).toEqual([erpDigest]);
    const [one] = located.values();
    expect(one && startState(one).beganOn).toBe('erp');
  });
});

describe('an event that names the write behind it', () => {
  const write = aWrite({ to: 'crm', values: { name: 'Acme' } });
  const creating = begunInErp('', { current: aCurrent('inFlight', { write }) });
  const named = (over: Partial<RecordInput> = {}) => fromCrm({ causedByRow: erpDigest, ...over });

  it('belongs to the row whose create made the record, before a pointer tells', async () => {
    expect(await rowIdsOf(storeOf([creating]), named())).toEqual([erpDigest]);
  });

  it('belongs there also where it may not begin a row', async () => {
    expect(await rowIdsOf(storeOf([creating]), named({ mayBegin: false }))).toEqual([erpDigest]);
  });

  it.each<[string, Partial<PairKey>]>([
    ['pair of objects', { erpObject: 'BD_Supplier' }],
    ['CRM object', { crmObject: 'ContactObj' }],
    ['data center', { dataCenterId: 'dc-2' }],
    ['tenant', { tenantId: 't2' }],
  ])('is another record where it is of another %s', async (_what, other) => {
    const key = { ...pairKey, ...other };
    expect(await rowIdsOf(storeOf([creating]), named({ pair: key }))).toEqual([pairDigest(key, 'crm', 'A1')]);
  });

  it('is another record where it does not show what was written', async () => {
    const change = aChange({ body: { record: { master: { name: 'Other' }, details: {} } } });
    expect(await rowIdsOf(storeOf([creating]), named({ change }))).toEqual([crmDigest]);
  });

  it.each([
    ['has its record already', { ...creating, sides: { ...creating.sides, crm: aSide({ id: 'A5' }) } }],
    ['updates', { ...creating, current: aCurrent('inFlight', { write: { ...write, operation: 'update' } }) }],
    ['has nothing in flight', { ...creating, current: null }],
  ] as [string, PairState][])('is another record where that row %s', async (_what, state) => {
    expect(await rowIdsOf(storeOf([state]), named())).toEqual([crmDigest]);
  });

  it('belongs to its own row where it has one', async () => {
    expect(await rowIdsOf(storeOf([creating, aPairWith(null)]), named())).toEqual([crmDigest]);
  });
});
