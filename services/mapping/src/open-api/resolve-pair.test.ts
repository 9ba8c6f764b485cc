import { catalogView } from '@syncline/catalog';
import { RefusedRequest } from '@syncline/contract';
import { aCatalog, aDataCenter, aStream, aTenant } from '@syncline/testkit';
import { pairKey } from '../a-pair.fixture.ts';
import { Parameters } from './parameters.ts';
import { resolvePair } from './resolve-pair.ts';

const view = catalogView(
  aCatalog({
    tenants: [aTenant({ dataCenters: [aDataCenter(), aDataCenter({ id: 'dc-2' })] })],
    streams: [
      aStream(),
      aStream({ direction: 'erp-to-crm' }),
      aStream({ id: 's3', name: 'Orders', source: 'OrderObj', dest: 'BD_Order' }),
      aStream({ id: 's4', name: 'Orders two', source: 'OrderObj', dest: 'BD_Order', dataCenterId: 'dc-2' }),
    ],
  }),
);

function resolve(source: string, dest: string, more: Record<string, string> = {}) {
  const parameters = new Parameters({ sourceObjectApiName: source, destObjectApiName: dest, ...more });
  return resolvePair(view, '81138', parameters);
}

function refusal(ask: () => unknown): { code: string; message: string } {
  try {
    ask();
  } catch (error) {
    if (error instanceof RefusedRequest) return { code: error.errorName, message: error.message };
    throw error;
  }
  throw new Error('it was not refused');
}

describe('resolvePair', () => {
  it('finds the pair of two objects, and on which side the source is', () => {
    expect(resolve('AccountObj', 'BD_Customer')).toEqual({ pair: pairKey, sourceSide: 'crm' });
    expect(resolve('BD_Customer', 'AccountObj')).toEqual({ pair: pairKey, sourceSide: 'erp' });
  });

  it('finds it in both directions where only one has a stream', () => {
    const found = resolve('BD_Order', 'OrderObj', { dataCenterId: 'dc-2' });
    expect(found).toMatchObject({ pair: { dataCenterId: 'dc-2', crmObject: 'OrderObj' }, sourceSide: 'erp' });
  });

  it('asks for the data center where several have the pair', () => {
    expect(refusal(() => resolve('OrderObj', 'BD_Order'))).toEqual({
      code: 'badDataCenter',
      message: 'OrderObj and BD_Order are paired in several data centers (dc-main, dc-2); send dataCenterId',
    });
  });

  it.each(['s4', 'Orders two'])('takes the stream %s, by id or name, to tell them apart', (ployDetailId) => {
    expect(resolve('OrderObj', 'BD_Order', { ployDetailId }).pair.dataCenterId).toBe('dc-2');
  });

  it('refuses a data center that the tenant does not have', () => {
    expect(refusal(() => resolve('OrderObj', 'BD_Order', { dataCenterId: 'dc-9' }))).toEqual({
      code: 'badDataCenter',
      message: 'dataCenterId dc-9 is not a data center of tenant 81138',
    });
  });

  it('refuses a stream that nobody has, and one of other objects', () => {
    expect(refusal(() => resolve('OrderObj', 'BD_Order', { ployDetailId: 'nix' }))).toEqual({
      code: 'notFound',
      message: 'ployDetailId nix is neither the id nor the name of a stream',
    });
    expect(refusal(() => resolve('AccountObj', 'BD_Customer', { ployDetailId: 's4' })).code).toBe('notFound');
  });

  it('refuses objects that no stream pairs', () => {
    expect(refusal(() => resolve('AccountObj', 'BD_Order'))).toEqual({
      code: 'notFound',
      message: 'no stream of tenant 81138 pairs AccountObj with BD_Order',
    });
  });

  it('refuses a call that names no objects', () => {
    expect(refusal(() => resolvePair(view, '81138', new Parameters({}))).message).toBe(
      '$.sourceObjectApiName: is required',
    );
  });
});
