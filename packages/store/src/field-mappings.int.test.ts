import { aStore, type TestStore } from './a-store.fixture.ts';
import type { FieldLookup, FieldMapping } from './field-mappings.ts';

let test: TestStore;
beforeEach(async () => {
  test = await aStore();
});
afterEach(() => test.close());

function anEntry(crmId: string, erpId: string, over: Partial<FieldMapping> = {}): FieldMapping {
  return {
    tenantId: '81138',
    dataCenterId: 'dc-main',
    channel: 'STANDARD_CHANNEL',
    dataType: 'employee',
    crmId,
    crmName: `crm ${crmId}`,
    erpId,
    erpName: `erp ${erpId}`,
    updatedAt: 1000,
    ...over,
  };
}

const lookup = (side: 'crm' | 'erp', id: string): FieldLookup => ({
  tenantId: '81138',
  dataCenterId: 'dc-main',
  dataType: 'employee',
  side,
  id,
});

describe('fieldMappings', () => {
  it('finds an entry from either side, and no other tenant, data center or type', async () => {
    const { fieldMappings } = test.store;
    await fieldMappings.put([anEntry('c1', 'e1')]);
    expect(
      await fieldMappings.find([
        lookup('crm', 'c1'),
        lookup('erp', 'e1'),
        lookup('crm', 'e1'),
        { ...lookup('crm', 'c1'), tenantId: 'other' },
        { ...lookup('crm', 'c1'), dataCenterId: 'other' },
        { ...lookup('crm', 'c1'), dataType: 'currency' },
      ]),
    ).toEqual([anEntry('c1', 'e1'), anEntry('c1', 'e1'), null, null, null, null]);
  });

  it('moves a CRM id to another ERP id', async () => {
    const { fieldMappings } = test.store;
    await fieldMappings.put([anEntry('c1', 'e1')]);
    await fieldMappings.put([anEntry('c1', 'e2')]);
    const found = await fieldMappings.find([lookup('crm', 'c1'), lookup('erp', 'e1'), lookup('erp', 'e2')]);
    expect(found.map((entry) => entry?.erpId ?? null)).toEqual(['e2', null, 'e2']);
  });

  it('lets two CRM ids share an ERP id', async () => {
    const { fieldMappings } = test.store;
    await fieldMappings.put([anEntry('c1', 'e1'), anEntry('c2', 'e1')]);
    await fieldMappings.put([anEntry('c1', 'e9')]);
    const found = await fieldMappings.find([lookup('crm', 'c1'), lookup('crm', 'c2'), lookup('erp', 'e1')]);
    expect(found.map((entry) => entry && [entry.crmId, entry.erpId])).toEqual([
      ['c1', 'e9'],
      ['c2', 'e1'],
      ['c2', 'e1'],
    ]);
  });

  it('lists each entry of a tenant once', async () => {
    const { fieldMappings } = test.store;
    await fieldMappings.put([
      anEntry('c1', 'e1', { updatedAt: 1 }),
      anEntry('c2', 'e2', { updatedAt: 2 }),
      anEntry('CNY', '01', { dataType: 'currency', updatedAt: 3 }),
      anEntry('c3', 'e3', { tenantId: 'other' }),
    ]);
    const page = await fieldMappings.list({ tenantId: '81138', limit: 2 });
    expect(page.items.map(({ crmId }) => crmId)).toEqual(['CNY', 'c2']);
    const rest = await fieldMappings.list({ tenantId: '81138', after: page.next, limit: 2 });
    expect(rest).toMatchObject({ items: [{ crmId: 'c1' }], next: null });
    const employees = await fieldMappings.list({ tenantId: '81138', dataType: 'employee', limit: 9 });
    expect(employees.items).toHaveLength(2);
  });
});
