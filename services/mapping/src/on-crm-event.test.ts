import { catalogView } from '@syncline/catalog';
import { topics, UnreadableMessage } from '@syncline/contract';
import { aCatalog, aCatalogView, aDataCenter, aStream, aTenant } from '@syncline/testkit';
import { anEvent, inputsOfCrm, received } from './a-pair.fixture.ts';
import type { Addressed } from './addressed.ts';

const view = aCatalogView();
const rowId = 'a'.repeat(32);

function changeIn(inputs: Addressed[]) {
  const [one] = inputs;
  if (one?.kind !== 'record') throw new Error('no record');
  return one;
}

const read = (over: Record<string, unknown> = {}) => changeIn(inputsOfCrm(anEvent(over), view, 77));

describe('a CRM event', () => {
  it('becomes a change of its record, ordered by its place in the log', () => {
    expect(read({ details: { ContactObj: [{ _id: 'x' }] } })).toMatchObject({
      kind: 'record',
      pair: { tenantId: '81138', dataCenterId: 'dc-main', crmObject: 'AccountObj', erpObject: 'BD_Customer' },
      side: 'crm',
      dataId: 'A1',
      mayBegin: true,
      change: {
        via: 'user',
        order: { kind: 'log', partition: 2, offset: 9, occurredAt: 5 },
        eventId: 'e1',
        causedBy: '',
        body: { record: { master: { _id: 'A1', name: 'Acme' }, details: { ContactObj: [{ _id: 'x' }] } } },
        arrivedAt: 77,
      },
    });
  });

  it('becomes one input for each pair of its object, in every data center', () => {
    const dataCenters = [aDataCenter(), aDataCenter({ id: 'dc-2' })];
    const streams = [
      aStream(),
      aStream({ id: 's2', dest: 'BD_Supplier' }),
      aStream({ id: 's3', dataCenterId: 'dc-2' }),
      aStream({ id: 's4', source: 'OrderObj' }),
    ];
    const several = catalogView(aCatalog({ tenants: [aTenant({ dataCenters })], streams }));
    const pairs = inputsOfCrm(anEvent(), several, 0).map((one) => (one.kind === 'record' ? one.pair : null));
    expect(pairs.map((pair) => `${pair?.dataCenterId}/${pair?.erpObject}`)).toEqual([
      'dc-main/BD_Customer',
      'dc-main/BD_Supplier',
      'dc-2/BD_Customer',
    ]);
  });

  it.each([{ objectApiName: 'OrderObj' }, { tenantId: 't2' }])(
    'of what no stream knows is nothing (%j)',
    (over) => {
      expect(inputsOfCrm(anEvent(over), view, 0)).toEqual([]);
    },
  );

  it('begins no row where the object is only written', () => {
    const oneWay = aCatalogView({ streams: [aStream({ direction: 'erp-to-crm' })] });
    expect(changeIn(inputsOfCrm(anEvent(), oneWay, 0)).mayBegin).toBe(false);
  });

  it.each([
    ['create', 'upsert'],
    ['update', 'upsert'],
    ['invalid', 'void'],
    ['delete', 'void'],
    ['recover', 'recover'],
  ])('%s is a change of kind %s', (operation, expected) => {
    expect(read({ operation }).change.operation).toBe(expected);
  });

  it('names the row behind a create; an update finds its own', () => {
    expect(read({ operation: 'create', causedBy: `${rowId}-1.2` })).toMatchObject({
      causedByRow: rowId,
      change: { causedBy: `${rowId}-1.2` },
    });
    expect(read({ operation: 'update', causedBy: `${rowId}-1` }).causedByRow).toBe('');
    expect(read({ operation: 'create', causedBy: null })).toMatchObject({
      causedByRow: '',
      change: { causedBy: '' },
    });
  });

  it('takes a numeric id as its digits', () => {
    expect(read({ dataId: 17 }).dataId).toBe('17');
  });

  it('has the same fingerprint for the same content, whenever and in whatever order of keys it comes', () => {
    const first = read({ data: { _id: 'A1', name: 'n' } }).change.fingerprint;
    const again = read({ eventId: 'e2', occurredAt: 9, data: { name: 'n', _id: 'A1' } }).change.fingerprint;
    expect(again).toBe(first);
    expect(read({ data: { _id: 'A1', name: 'm' } }).change.fingerprint).not.toBe(first);
    expect(read({ operation: 'invalid', data: { _id: 'A1', name: 'n' } }).change.fingerprint).not.toBe(first);
  });

  it('has another fingerprint once the stream is configured otherwise', () => {
    const other = aCatalogView({ streams: [aStream({ configRevision: 'r2' })] });
    expect(changeIn(inputsOfCrm(anEvent(), other, 0)).change.fingerprint).not.toBe(read().change.fingerprint);
  });
});

describe('a CRM event that cannot be read', () => {
  it.each([
    ['null', null, 'the value is null'],
    ['no JSON', '{', 'the value is not JSON'],
    ['a text', '"x"', ''],
  ])('(%s) says so', (_what, value, reason) => {
    expect(() => inputsOfCrm(received(topics.crmEvents, value), view, 0)).toThrow(reason);
  });

  it.each([
    ['dataId', { dataId: '' }],
    ['operation', { operation: 'merge' }],
    ['data', { data: [] }],
    ['details.ContactObj.0', { details: { ContactObj: [1] } }],
  ])('names the path %s', (path, over) => {
    const read = () => inputsOfCrm(anEvent(over), view, 0);
    expect(read).toThrow(UnreadableMessage);
    expect(read).toThrow(`${path}:`);
  });
});

describe('the end of a read', () => {
  const end = { readId: 'r', tenantId: '81138', last: true, count: 2 };

  it('is no change', () => {
    expect(inputsOfCrm(received(topics.crmEvents, end), view, 0)).toEqual([]);
  });

  it('that cannot be read either says what is wrong with it', () => {
    const wrong = received(topics.crmEvents, { ...end, count: -1 });
    expect(() => inputsOfCrm(wrong, view, 0)).toThrow(/^count:/);
  });
});
