import { stringifyJson, topics } from '@syncline/contract';
import type { Store } from '@syncline/store';
import { aCatalogView, aStream } from '@syncline/testkit';
import { received } from './a-pair.fixture.ts';
import { onErpRecord } from './on-erp-record.ts';

const view = aCatalogView({
  streams: [
    aStream(),
    aStream({ direction: 'erp-to-crm' }),
    aStream({ id: 's3', source: 'PartnerObj' }),
    aStream({ id: 's4', direction: 'erp-to-crm', source: 'BD_Other' }),
  ],
});
const record = { master: { FName: 'Acme' }, details: {} };

function storeOf(bodies: Record<string, string> = {}): Pick<Store, 'bodies'> & { asked: number } {
  const store = {
    asked: 0,
    bodies: {
      getMany: (ids: readonly string[]) => {
        store.asked += 1;
        return Promise.resolve(new Map(Object.entries(bodies).filter(([id]) => ids.includes(id))));
      },
    },
  };
  return store as unknown as Pick<Store, 'bodies'> & { asked: number };
}

function aRecord(over: Record<string, unknown> = {}) {
  return received(topics.erpRecords, {
    arrivalId: 'p1',
    tenantId: '81138',
    dataCenterId: 'dc-main',
    objectApiName: 'BD_Customer',
    dataId: 'E1',
    operation: 'upsert',
    order: 42,
    receivedAt: 5,
    via: 'push',
    record,
    ...over,
  });
}

const byReference = (ref: string) => aRecord({ record: undefined, bodyRef: ref });

describe('an ERP record', () => {
  it('becomes one input for each pair of its object, ordered by its counter', async () => {
    const inputs = await onErpRecord(aRecord(), view, storeOf(), 77);
    expect(inputs).toMatchObject([
      {
        pair: { crmObject: 'AccountObj', erpObject: 'BD_Customer' },
        side: 'erp',
        dataId: 'E1',
        causedByRow: '',
        mayBegin: true,
        change: { via: 'push', order: { kind: 'counter', number: 42 }, body: { record }, arrivedAt: 77 },
      },
      // Nothing leads from the ERP to this one.
      { pair: { crmObject: 'PartnerObj', erpObject: 'BD_Customer' }, mayBegin: false },
    ]);
  });

  it.each(['upsert', 'void', 'recover'])('keeps its operation %s and how it came', async (operation) => {
    const [one] = await onErpRecord(aRecord({ operation, via: 'poll' }), view, storeOf(), 0);
    expect(one).toMatchObject({ change: { operation, via: 'poll' } });
  });

  it('that travels by reference is read from the store', async () => {
    const [one] = await onErpRecord(byReference('r1'), view, storeOf({ r1: stringifyJson(record) }), 0);
    expect(one).toMatchObject({ change: { body: { record } } });
  });

  it('that no stream knows is nothing, and its body is not read', async () => {
    const store = storeOf();
    const unknown = aRecord({ objectApiName: 'BD_Unknown', record: undefined, bodyRef: 'r1' });
    expect(await onErpRecord(unknown, view, store, 0)).toEqual([]);
    expect(store.asked).toBe(0);
  });

  it('that came with a batch takes that along, and is told of where no stream knows it', async () => {
    const origin = { windowId: 'w1' };
    const [one] = await onErpRecord(aRecord({ origin }), view, storeOf(), 0);
    expect(one).toMatchObject({ change: { origin } });
    const unknown = await onErpRecord(aRecord({ objectApiName: 'BD_Unknown', origin }), view, storeOf(), 0);
    expect(unknown).toMatchObject([{ mayBegin: false, pair: { crmObject: '' }, change: { origin } }]);
  });

  it('has the same fingerprint whether it travels whole or by reference', async () => {
    const [whole] = await onErpRecord(aRecord(), view, storeOf(), 0);
    const [referred] = await onErpRecord(byReference('r1'), view, storeOf({ r1: stringifyJson(record) }), 0);
    const printOf = (one: typeof whole) => (one?.kind === 'record' ? one.change.fingerprint : '');
    expect(printOf(referred)).toBe(printOf(whole));
  });
});

describe('an ERP record that cannot be read', () => {
  it.each([
    ['the body is gone', byReference('r9'), 'bodyRef: the stored body r9 is gone'],
    ['the body is no record', byReference('r2'), 'bodyRef: the stored body r2 is not a record'],
    [
      'there is neither record nor reference',
      aRecord({ record: undefined }),
      'record or bodyRef is required',
    ],
    [
      'a path is wrong',
      aRecord({ record: { master: [], details: {} } }),
      'record.master: expected an object',
    ],
    ['it is null', received(topics.erpRecords, null), 'the value is null'],
  ])('says so when %s', async (_what, message, reason) => {
    await expect(onErpRecord(message, view, storeOf({ r2: '[]' }), 0)).rejects.toMatchObject({
      name: 'UnreadableMessage',
      message: expect.stringContaining(reason),
    });
  });
});
