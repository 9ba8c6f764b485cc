import { erpWriteSchema, readMessage, syncStatus, topics, type ErpWrite } from '@syncline/contract';
import type { Outgoing } from '@syncline/kafka';
import { eventually } from '@syncline/testkit';
import { startMapping, Surroundings, type RunningMapping } from './a-mapping.fixture.ts';
import { inputsOfCrm } from './a-pair.fixture.ts';

const withinMs = 40_000;
let around: Surroundings;
const running: RunningMapping[] = [];

beforeEach(async () => {
  around = new Surroundings();
  await around.start();
}, 90_000);
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  await around.stop();
}, 60_000);

async function start(options: Parameters<typeof startMapping>[1] = {}): Promise<RunningMapping> {
  const one = await startMapping(around, options);
  running.push(one);
  return one;
}

/** Waits until the last change of each account has arrived in the ERP and nothing is under way. */
async function inStep(accounts: readonly string[], name: string): Promise<void> {
  await eventually(
    async () => {
      const rows = await Promise.all(accounts.map((id) => around.rowOf(id)));
      const isDone = rows.every(
        (row) => row?.lastSyncStatus === syncStatus.success && row.inFlightId === null,
      );
      return isDone && accounts.every((id) => around.writesOf(id).at(-1)?.record?.master['FName'] === name);
    },
    { withinMs, everyMs: 100 },
  );
}

/** The different writes of an account: repeats of one carry the same id and attempt. */
function differentWrites(dataId: string): string[] {
  const writes = around.writesOf(dataId);
  const named = writes.map(({ syncId, attempt, operation }) => `${syncId}/${String(attempt)} ${operation}`);
  return [...new Set(named)].map((text) => text.split(' ')[1] ?? '');
}

describe('mapping', () => {
  it('makes one create of a new account, and an update of its next change', async () => {
    await start();
    await around.edit('A1', 'Acme');
    await inStep(['A1'], 'Acme');
    expect(differentWrites('A1')).toEqual(['create']);
    expect(await around.rowOf('A1')).toMatchObject({
      crmId: 'A1',
      erpId: 'E-A1',
      isCreated: true,
      status: 1,
    });
    await around.edit('A1', 'Acme Ltd');
    await inStep(['A1'], 'Acme Ltd');
    expect(differentWrites('A1')).toEqual(['create', 'update']);
    expect(around.writesOf('A1').at(-1)?.dataId).toBe('E-A1');
  }, 120_000);

  it('killed between its row and its produce, produces when the event comes again', async () => {
    await around.edit('A1', 'Acme');
    const [event] = await eventually(() => around.events.length === 1 && around.events, { withinMs });
    if (event === undefined) throw new Error('no event');
    const killed = await start({ publish: () => Promise.reject(new Error('killed')), consumes: false });
    const inputs = inputsOfCrm(event, killed.catalog.view());
    await expect(killed.carryOut.run(inputs)).rejects.toThrow('killed');
    const before = await around.rowOf('A1');
    expect(before).toMatchObject({ status: 2, version: 1 });
    expect(before?.inFlightId).not.toBeNull();
    expect(around.writes).toEqual([]);

    await start();
    await inStep(['A1'], 'Acme');
    expect(differentWrites('A1')).toEqual(['create']);
    const { syncId, attempt } = around.writes[0] ?? {};
    expect(`${String(syncId)}/${String(attempt)}`).toBe(before?.inFlightId);
  }, 120_000);

  it('decides again behind effects that could not be produced, and produces them first', async () => {
    await around.edit('A1', 'Acme');
    await around.edit('A1', 'Acme Ltd');
    const events = await eventually(() => around.events.length === 2 && around.events, { withinMs });
    const published: ErpWrite[][] = [];
    const publish = (messages: Outgoing[]) => {
      published.push(messages.map(({ value }) => readMessage(erpWriteSchema, Buffer.from(value))));
      return published.length === 1 ? Promise.reject(new Error('away')) : Promise.resolve();
    };
    const { carryOut, catalog } = await start({ publish, consumes: false });
    const [first, second] = events.map((event) => inputsOfCrm(event, catalog.view()));
    await expect(carryOut.run(first ?? [])).rejects.toThrow('away');
    await carryOut.run(second ?? []);
    const [failed, again] = published.map((writes) =>
      writes.map(({ syncId, operation }) => [syncId, operation]),
    );
    expect(failed).toEqual([[expect.any(String), 'create']]);
    expect(again).toEqual(failed);
  }, 120_000);

  it('in two instances makes one create of each account, whoever comes and goes', async () => {
    const accounts = Array.from({ length: 40 }, (_, i) => `A${String(i)}`);
    const editAll = (name: string) => Promise.all(accounts.map((id) => around.edit(id, name)));
    const first = await start();
    await editAll('one');
    const second = await start();
    let edits = 0;
    // Edited on and on until both have a share of the partitions.
    await eventually(() => editAll(`edit ${String((edits += 1))}`).then(() => second.taken() > 0), {
      withinMs,
    });
    await inStep(accounts, `edit ${String(edits)}`);
    expect(first.taken()).toBeGreaterThan(0);
    running.splice(running.indexOf(first), 1);
    await Promise.all([first.stop(), editAll('last')]);
    await inStep(accounts, 'last');
    for (const id of accounts) {
      const [create, ...updates] = differentWrites(id);
      expect(create).toBe('create');
      expect(new Set(updates)).toEqual(new Set(['update']));
    }
  }, 180_000);

  it('puts what it cannot read aside with the reason, and goes on behind it', async () => {
    await start();
    await around.publish(topics.crmEvents, '81138/AccountObj/A1', '{"eventId":"e1"}');
    await around.publish(topics.crmEvents, '81138/AccountObj/A1', 'no JSON');
    await around.edit('A1', 'Acme');
    await inStep(['A1'], 'Acme');
    await eventually(() => around.deadLetters.length >= 2, { withinMs });
    const letters = around.deadLetters.map(({ value, headers }) => [value?.toString(), headers['reason']]);
    expect(letters).toEqual([
      ['{"eventId":"e1"}', expect.stringMatching(/^tenantId:/)],
      ['no JSON', 'the value is not JSON'],
    ]);
    expect(around.deadLetters[0]?.headers).toMatchObject({ topic: expect.stringMatching(/crm\.events$/) });
  }, 120_000);
});
