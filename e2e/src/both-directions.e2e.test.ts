import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxCrm, sandboxErp, type SandboxCrm, type SandboxErp } from '@syncline/sandbox';
import { eventually, startSyncline, type RunningSyncline } from '@syncline/testkit';
import { callOpenApi, newestSyncs, runPoll } from './talk.ts';

const minutes = 60_000;
const soon = { withinMs: 60_000, everyMs: 100 };

describe('records between the sandbox ERP and CRM', () => {
  let home: string;
  let system: RunningSyncline;
  let erp: SandboxErp;
  let crm: SandboxCrm;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'syncline both '));
    await start();
  }, 5 * minutes);
  afterAll(async () => {
    await system.stop();
    rmSync(home, { recursive: true, force: true });
  }, 2 * minutes);

  async function start(ports?: RunningSyncline['ports']): Promise<void> {
    system = await startSyncline({
      home,
      env: { SANDBOX_TRAFFIC: '0' },
      ...(ports === undefined ? {} : { ports }),
    });
    erp = sandboxErp(system.url('sandbox-erp'));
    crm = sandboxCrm(system.url('sandbox-crm'));
  }

  const inErp = async (object: string, field: string, value: string) =>
    (await erp.records(object)).filter(({ master }) => master[field] === value);
  const inCrm = async (object: string, field: string, value: string) =>
    (await crm.records(object)).filter(({ data }) => data[field] === value);

  /** The only record that a search finds, as soon as it does. */
  const theOne = <T>(search: () => Promise<T[]>): Promise<T> =>
    eventually(async () => {
      const [found, ...others] = await search();
      if (found === undefined || others.length > 0)
        throw new Error(`found ${String(others.length)} others, or none`);
      return found;
    }, soon);

  it('creates a customer of the CRM with its contacts in the ERP, once, and updates it', async () => {
    const { dataId } = await crm.edit('AccountObj', {
      data: { name: 'Acme', account_no: 'N-1', level: '2' },
      details: { ContactObj: [{ name: 'Ann', phone: '007' }] },
    });
    const created = await theOne(() => inErp('BD_Customer', 'FNumber', 'N-1'));
    expect(created.master).toMatchObject({ FName: 'Acme', FLevel: 'B', FCrmId: dataId });
    expect(created.details['BD_Contact']).toMatchObject([{ FContactName: 'Ann', FPhone: '007' }]);

    const [contact] = (await crm.record('AccountObj', dataId))?.details['ContactObj'] ?? [];
    await crm.edit('AccountObj', {
      dataId,
      data: { name: 'Acme Ltd' },
      details: {
        ContactObj: [
          { ...contact, phone: '008' },
          { name: 'Bob', phone: '009' },
        ],
      },
    });
    await eventually(async () => (await inErp('BD_Customer', 'FName', 'Acme Ltd')).length === 1, soon);
    const updated = (await inErp('BD_Customer', 'FNumber', 'N-1'))[0];
    expect(updated?.details['BD_Contact']).toMatchObject([
      { FContactName: 'Ann', FPhone: '008' },
      { FContactName: 'Bob', FPhone: '009' },
    ]);
    expect((await erp.summary()).objects['BD_Customer']?.doubled.surplus).toBe(0);
  });

  it('creates a pushed product of the ERP in the CRM, with every digit of its price', async () => {
    await erp.edit('BD_Material', { master: { FNumber: 'M-1', FName: 'Bolt', FPrice: 12.5 }, push: true });
    const product = await theOne(() => inCrm('ProductObj', 'product_code', 'M-1'));
    expect(product.data).toMatchObject({ name: 'Bolt', price: 12.5 });
    await erp.edit('BD_Material', {
      dataId: product.source.split('/').at(-1) ?? '',
      master: { FName: 'Bolt M8' },
      push: true,
    });
    await eventually(async () => (await inCrm('ProductObj', 'name', 'Bolt M8')).length === 1, soon);
  });

  it('polls what was not pushed', async () => {
    await erp.edit('BD_Material', { master: { FNumber: 'M-2', FName: 'Nut' } });
    const window = await runPoll(system, 'BD_Material');
    expect(window.received).toBeGreaterThanOrEqual(1);
    await eventually(async () => (await inCrm('ProductObj', 'product_code', 'M-2')).length === 1, soon);
  });

  it('brings an edit of either side of a customer to the other, without an echo', async () => {
    const record = (await inErp('BD_Customer', 'FNumber', 'N-1'))[0];
    const before = await crm.summary();
    await erp.edit('BD_Customer', { dataId: record?.dataId ?? '', master: { FTel: '12345' }, push: true });
    await eventually(async () => (await inCrm('AccountObj', 'tel', '12345')).length === 1, soon);
    await runPoll(system, 'BD_Customer');
    await eventually(
      async () => (await newestSyncs(system)).every(({ status }) => status !== 1 && status !== 3),
      soon,
    );
    const after = await crm.summary();
    const writes = (summary: typeof after) => summary.objects['AccountObj']?.writes['update'] ?? 0;
    expect(writes(after) - writes(before)).toBe(1);
  });

  it('lets an order wait for its customer, then sends it with the mapped id', async () => {
    await crm.edit('SalesOrderObj', {
      dataId: 'S-early',
      data: { name: 'O-1', account_id: 'A-late', amount: 10 },
    });
    const waiting = await eventually(async () => {
      const { data } = await callOpenApi(system, 'getSyncDataMappingBySourceDataId', {
        sourceObjectApiName: 'SalesOrderObj',
        destObjectApiName: 'SAL_SaleOrder',
        sourceDataId: ['S-early'],
      });
      return data?.['S-early'] ?? false;
    }, soon);
    expect(waiting).toMatchObject({ lastSyncStatus: 2, isCreated: false });
    await crm.edit('AccountObj', { dataId: 'A-late', data: { name: 'Late', account_no: 'N-late' } });
    const order = await theOne(() => inErp('SAL_SaleOrder', 'FBillNo', 'O-1'));
    const customer = (await inErp('BD_Customer', 'FNumber', 'N-late'))[0];
    expect(order.master['FCustId']).toBe(customer?.dataId);
  });

  it('adopts what a create with a lost answer made, and makes no second one', async () => {
    await erp.addFault({
      kind: 'cut',
      operation: 'create',
      objectApiName: 'BD_Customer',
      apply: true,
      calls: 1,
    });
    await crm.edit('AccountObj', { dataId: 'A-cut', data: { name: 'Cut', account_no: 'N-cut' } });
    await eventually(async () => {
      const { data } = await callOpenApi(system, 'getSyncDataMappingBySourceDataId', {
        sourceObjectApiName: 'AccountObj',
        destObjectApiName: 'BD_Customer',
        sourceDataId: ['A-cut'],
      });
      return data?.['A-cut']?.lastSyncStatus === 6;
    }, soon);
    expect(await inErp('BD_Customer', 'FNumber', 'N-cut')).toHaveLength(1);
  });

  it(
    'finds all of it still there after a stop and a start, and goes on',
    async () => {
      const before = { erp: (await erp.summary()).objects, crm: (await crm.summary()).objects };
      const { ports } = system;
      expect(await system.stop()).toBe(0);
      await start(ports);
      expect((await erp.summary()).objects).toMatchObject({
        BD_Customer: { records: before.erp['BD_Customer']?.records },
      });
      await crm.edit('AccountObj', { dataId: 'A-cut', data: { name: 'Cut again' } });
      await eventually(async () => (await inErp('BD_Customer', 'FName', 'Cut again')).length === 1, soon);
      expect(await inErp('BD_Customer', 'FNumber', 'N-cut')).toHaveLength(1);
      expect((await crm.summary()).objects['ProductObj']?.records).toBe(before.crm['ProductObj']?.records);
    },
    5 * minutes,
  );
});
