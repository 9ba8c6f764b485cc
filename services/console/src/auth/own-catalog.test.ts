import { catalogView } from '@syncline/catalog';
import { aCatalog, anErpObject, aStream, aTenant } from '@syncline/testkit';
import type { Caller } from './caller.ts';
import { ownCatalog } from './own-catalog.ts';

const ids = ['a', 'b', '__proto__'];
const view = catalogView(
  aCatalog({
    tenants: ids.map((id) => aTenant({ id })),
    erpObjects: ids.map((tenantId) => anErpObject({ tenantId })),
    streams: ids.map((tenantId) => aStream({ id: `stream-${tenantId}`, tenantId })),
  }),
);
const catalog = { view: () => view, ready: () => ({ ready: true }) as const };
const of = (tenants: string[] | null): Caller => ({ name: 'x', kind: 'user', role: 'viewer', tenants });

describe('ownCatalog', () => {
  it('is all of it for who is limited to no tenants', () => {
    expect(ownCatalog(catalog, of(null)).view()).toBe(view);
  });

  it('has the tenants, objects and streams of the caller alone', () => {
    const own = ownCatalog(catalog, of(['b', 'gone'])).view();
    expect(own.tenants.map(({ id }) => id)).toEqual(['b']);
    expect(own.erpObjects.map(({ tenantId }) => tenantId)).toEqual(['b']);
    expect(own.streams.map(({ id }) => id)).toEqual(['stream-b']);
    for (const other of ['a', '__proto__']) {
      expect(own.tenant(other)).toBeUndefined();
      expect(own.stream(`stream-${other}`)).toBeUndefined();
    }
  });

  it('has nothing for who has no tenant left', () => {
    expect(ownCatalog(catalog, of([])).view().tenants).toEqual([]);
  });

  it('is made once for all who have the same tenants', () => {
    expect(ownCatalog(catalog, of(['a'])).view()).toBe(ownCatalog(catalog, of(['a'])).view());
    expect(ownCatalog(catalog, of(['a'])).view()).not.toBe(ownCatalog(catalog, of(['b'])).view());
  });
});
