import { aCatalogView, aDataCenter, anErpObject, aTenant } from '@syncline/testkit';
import { findObject } from './configured.ts';

const view = aCatalogView({
  tenants: [aTenant({ dataCenters: [aDataCenter(), aDataCenter({ id: 'dc-2' })] })],
  erpObjects: [anErpObject(), anErpObject({ apiName: 'BD_Material' }), anErpObject({ dataCenterId: 'dc-2' })],
});

describe('findObject', () => {
  it('finds the only one of its name', () => {
    expect(findObject(view, { apiName: 'BD_Material' })).toMatchObject({ apiName: 'BD_Material' });
  });

  it('finds the one of the data center that is named', () => {
    const query = { apiName: 'BD_Customer', tenant: '81138', dataCenter: 'dc-2' };
    expect(findObject(view, query)).toMatchObject({ dataCenterId: 'dc-2' });
  });

  it('names those that are meant when there are several', () => {
    expect(() => findObject(view, { apiName: 'BD_Customer' })).toThrow(
      /--data-center.*\n {2}81138 dc-main BD_Customer\n {2}81138 dc-2 BD_Customer$/,
    );
  });

  it('names the object that is not there, with those that are', () => {
    expect(() => findObject(view, { apiName: 'BD_Custommer', dataCenter: 'dc-2' })).toThrow(
      /^There is no ERP object "BD_Custommer" in data center dc-2\.\n.*\n {2}81138 dc-main BD_Customer\n/,
    );
  });

  it('says so when nothing is configured', () => {
    expect(() => findObject(aCatalogView({ erpObjects: [] }), { apiName: 'X' })).toThrow(
      'None is configured.',
    );
  });
});
