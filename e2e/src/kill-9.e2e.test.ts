import { sandboxCrm, sandboxErp, type SandboxCrm, type SandboxErp } from '@syncline/sandbox';
import { eventually, startSyncline, type ProcessName, type RunningSyncline } from '@syncline/testkit';

const minutes = 60_000;
/** Records of a round: half of them from the CRM to the ERP, half the other way. */
const each = 250;

const victims: readonly ProcessName[] = [
  'receiver',
  'poller',
  'mapping',
  'pusher',
  'console',
  'sandbox-erp',
  'sandbox-crm',
  'kafka',
  'store',
];

describe('kill -9 in the middle of 500 records', () => {
  let system: RunningSyncline;
  let erp: SandboxErp;
  let crm: SandboxCrm;
  let rounds = 0;

  beforeAll(async () => {
    system = await startSyncline({ env: { SANDBOX_TRAFFIC: '0' } });
    erp = sandboxErp(system.url('sandbox-erp'));
    crm = sandboxCrm(system.url('sandbox-crm'));
  }, 5 * minutes);
  afterAll(async () => {
    await system.stop();
  }, 2 * minutes);

  /** What arrived on both sides, by the sandbox's own ledgers. */
  async function arrived() {
    const [erpSide, crmSide] = await Promise.all([erp.summary(), crm.summary()]);
    const customers = erpSide.objects['BD_Customer'];
    const products = crmSide.objects['ProductObj'];
    return {
      customers: customers?.records ?? 0,
      customersDoubled: customers?.doubled.surplus ?? 0,
      products: products?.records ?? 0,
      productsDoubled: products?.doubledBySource.surplus ?? 0,
    };
  }

  // A sandbox that is the victim is asked again until it is back; its ledger says what of the edit it took.
  async function editAll(round: number): Promise<void> {
    const name = `r${String(round)}`;
    await Promise.all([
      untilDone(
        () =>
          crm.bulk('AccountObj', {
            count: each,
            dataId: `${name}-{n}`,
            data: { name: `${name} {n}`, account_no: `${name}-{n}` },
          }),
        async () =>
          (await crm.records('AccountObj')).filter(({ dataId }) => dataId.startsWith(`${name}-`)).length >=
          each,
      ),
      untilDone(
        () =>
          erp.bulk('BD_Material', {
            count: each,
            dataId: `${name}-{n}`,
            master: { FNumber: `${name}-{n}`, FName: `${name} {n}` },
            push: true,
          }),
        async () =>
          (await erp.records('BD_Material')).filter(({ dataId }) => dataId.startsWith(`${name}-`)).length >=
          each,
      ),
    ]);
  }

  async function untilDone(act: () => Promise<unknown>, isDone: () => Promise<boolean>): Promise<void> {
    await eventually(
      async () => {
        await act().catch(() => undefined);
        return isDone();
      },
      { withinMs: 60_000, everyMs: 500 },
    );
  }

  it.each(victims)(
    'loses nothing and doubles nothing when %s is killed',
    async (victim) => {
      rounds += 1;
      const before = await arrived();
      const edits = editAll(rounds);
      // The middle: some have arrived, and not all.
      await eventually(
        async () => {
          const now = await arrived();
          return now.customers + now.products > before.customers + before.products + each / 5;
        },
        { withinMs: 60_000, everyMs: 20 },
      ).catch(() => undefined);
      const pid = system.kill9(victim);
      await system.untilBack(victim, pid, 90_000);
      await edits;
      const wanted = {
        customers: before.customers + each,
        customersDoubled: 0,
        products: before.products + each,
        productsDoubled: 0,
      };
      await eventually(async () => expect(await arrived()).toEqual(wanted), {
        withinMs: 120_000,
        everyMs: 500,
      });
    },
    6 * minutes,
  );
});
