import { eventually } from '@syncline/testkit';
import { topics, type CrmWrite } from '@syncline/contract';
import { createLog } from '../shared/log.ts';
import type { RunningSandbox } from '../shared/run.ts';
import { answerTo, aWrite, openCrmTopics, type CrmTopics } from '../testing/crm-topics.ts';
import { temporaryFolder } from '../testing/sandbox-process.ts';
import { sandboxCrm, type SandboxCrm } from './client.ts';
import { startSandboxCrm } from './start.ts';

const folder = temporaryFolder();
let syncline: CrmTopics;
let running: RunningSandbox;
let crm: SandboxCrm;

beforeAll(async () => {
  syncline = await openCrmTopics();
  const { kafkaBrokers: brokers, topicPrefix } = syncline.place;
  const settings = { host: '127.0.0.1', port: 0, dataDir: folder.path, tenantId: '81138', traffic: false };
  running = await startSandboxCrm({ ...settings, brokers, topicPrefix }, createLog('test'));
  crm = sandboxCrm(running.url);
  await eventually(() => crm.isReady(), { withinMs: 60_000 });
}, 90_000);
afterAll(async () => {
  await running.stop();
  await syncline.stop();
  folder.remove();
}, 30_000);
afterEach(() => crm.resetFaults());

const within = { withinMs: 30_000 };
const eventsOf = (dataId: string | null | undefined) =>
  syncline.events.filter((event) => event.dataId === dataId);

async function created(change: Partial<CrmWrite> = {}): Promise<string> {
  const write = aWrite(change);
  await syncline.write(write);
  return (await answerTo(syncline, write)).dataId ?? '';
}

/** Proves that what was sent before has been looked at: a write with the same key behind it is answered. */
async function settledBehind({ source }: CrmWrite): Promise<void> {
  const behind = aWrite({ source, objectApiName: 'Behind' });
  await syncline.write(behind);
  await answerTo(syncline, behind);
}

describe('a write to the sandbox CRM', () => {
  it('creates a record, answers with its ids and tells of it as integration', async () => {
    const details = { ContactObj: [{ name: 'Ann' }, { name: 'Bo' }] };
    const write = aWrite({ details });
    await syncline.write(write);
    const result = await answerTo(syncline, write);
    expect(result).toMatchObject({
      success: true,
      detailDataIds: { ContactObj: [/^CO/, /^CO/].map(expect.stringMatching) },
    });
    await eventually(() => eventsOf(result.dataId).length === 1, within);
    expect(eventsOf(result.dataId)[0]).toMatchObject({
      operation: 'create',
      origin: 'integration',
      causedBy: write.writeId,
      data: { _id: result.dataId, name: 'Acme' },
      details: { ContactObj: [{ _id: result.detailDataIds.ContactObj?.[0], name: 'Ann' }, { name: 'Bo' }] },
    });
    expect(syncline.keys).toContainEqual({
      topic: topics.crmEvents,
      key: `81138/AccountObj/${result.dataId ?? ''}`,
    });
    expect(syncline.keys).toContainEqual({
      topic: topics.crmWriteResults,
      key: `81138/BD_Customer/${write.source.dataId}`,
    });
  });

  it('is applied once however often it comes, and answered each time', async () => {
    const write = aWrite();
    await syncline.write(write, write, write);
    await eventually(
      () => syncline.results.filter(({ writeId }) => writeId === write.writeId).length === 3,
      within,
    );
    const answers = syncline.results.filter(({ writeId }) => writeId === write.writeId);
    expect(new Set(answers.map(({ dataId }) => dataId)).size).toBe(1);
    await settledBehind(write);
    expect(eventsOf(answers[0]?.dataId)).toHaveLength(1);
  });

  it('is not applied when a higher revision was', async () => {
    const dataId = await created();
    const { source } = aWrite();
    const update = (revision: number, name: string): CrmWrite =>
      aWrite({ source, operation: 'update', dataId, revision, data: { name } });
    const writes = [update(5, 'newer'), update(4, 'older'), update(5, 'same revision')] as const;
    await syncline.write(...writes);
    for (const write of writes)
      expect(await answerTo(syncline, write)).toMatchObject({ success: true, dataId });
    expect(await crm.record('AccountObj', dataId)).toMatchObject({
      revision: 5,
      data: { name: 'same revision' },
    });
    const { entries } = await crm.ledger({ dataId });
    expect(entries.map(({ applied, stale }) => [applied, stale])).toEqual([
      [true, undefined],
      [true, undefined],
      [false, true],
      [true, undefined],
    ]);
  });

  it('voids and recovers', async () => {
    const dataId = await created();
    const { source } = aWrite();
    const change = (operation: 'invalid' | 'recover', revision: number): CrmWrite =>
      aWrite({ source, operation, dataId, revision, data: {} });
    await syncline.write(change('invalid', 2));
    await eventually(async () => (await crm.record('AccountObj', dataId))?.status === 'invalid', within);
    await syncline.write(change('recover', 3));
    await eventually(async () => (await crm.record('AccountObj', dataId))?.status === 'normal', within);
    await eventually(() => eventsOf(dataId).length === 3, within);
    expect(eventsOf(dataId).map(({ operation }) => operation)).toEqual(['create', 'invalid', 'recover']);
  });

  it('is refused with a code when its record or row is unknown', async () => {
    const unknown = aWrite({ operation: 'update', dataId: 'A999999' });
    const dataId = await created();
    const row = aWrite({ operation: 'update', dataId, details: { ContactObj: [{ _id: 'nope' }] } });
    await syncline.write(unknown, row);
    expect(await answerTo(syncline, unknown)).toMatchObject({ success: false, errorCode: 'not-found' });
    expect(await answerTo(syncline, row)).toMatchObject({ success: false, errorCode: 'row-not-found' });
  });

  it('does not stop those behind it when it cannot be read', async () => {
    await syncline.sendRaw(topics.crmWrites, '{"writeId":1}');
    await syncline.sendRaw(topics.crmWrites, null);
    expect(await created()).toMatch(/^A\d{6}$/);
  });
});

describe("a person's edit in the sandbox CRM", () => {
  it('is told of as user, with the whole record', async () => {
    const { dataId } = await crm.edit('AccountObj', {
      data: { name: 'Blue', tel: '1' },
      details: { ContactObj: [{ name: 'C' }] },
    });
    await crm.edit('AccountObj', { dataId, data: { tel: '2' }, wait: true });
    await crm.edit('AccountObj', { dataId, operation: 'invalid', wait: true });
    await eventually(() => eventsOf(dataId).length === 3, within);
    const events = eventsOf(dataId);
    expect(events.map(({ operation, origin }) => [operation, origin])).toEqual([
      ['create', 'user'],
      ['update', 'user'],
      ['invalid', 'user'],
    ]);
    expect(events[1]).toMatchObject({
      data: { _id: dataId, name: 'Blue', tel: '2' },
      details: { ContactObj: [{ name: 'C' }] },
    });
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(3);
  });

  it('fills a template in bulk', async () => {
    const { dataIds } = await crm.bulk('BulkObj', { count: 500, data: { name: 'n{n}' }, wait: true });
    expect(dataIds).toHaveLength(500);
    expect((await crm.records('BulkObj')).map(({ data }) => data.name)).toContain('n500');
    await eventually(
      () => syncline.events.filter(({ objectApiName }) => objectApiName === 'BulkObj').length === 500,
      within,
    );
  });
});

describe('a reading of the sandbox CRM', () => {
  it('is answered with the records asked for, and with their count', async () => {
    const ids = [await created({ objectApiName: 'ReadObj' }), await created({ objectApiName: 'ReadObj' })];
    await created({ objectApiName: 'ReadObj' });
    await syncline.read({ readId: 'r1', tenantId: '81138', objectApiName: 'ReadObj', ids: [...ids, 'nope'] });
    await syncline.read({
      readId: 'r2',
      tenantId: '81138',
      objectApiName: 'ReadObj',
      changedFrom: 0,
      changedTo: Date.now() + 1,
    });
    await eventually(() => syncline.readEnds.length === 2, within);
    await eventually(
      () => syncline.events.filter(({ readId }) => typeof readId === 'string').length === 5,
      within,
    );
    expect(syncline.readEnds).toContainEqual({ readId: 'r1', tenantId: '81138', last: true, count: 2 });
    expect(syncline.readEnds).toContainEqual({ readId: 'r2', tenantId: '81138', last: true, count: 3 });
    const told = syncline.events.filter(({ readId }) => readId === 'r1').map(({ dataId }) => dataId);
    expect(told.sort()).toEqual(ids.sort());
  });
});

describe('a fault of the sandbox CRM', () => {
  it('refuses a write with a code, and applies it when it comes again', async () => {
    await crm.addFault({
      kind: 'reject',
      operation: 'create',
      calls: 1,
      code: 'locked',
      message: 'try later',
    });
    const write = aWrite();
    await syncline.write(write);
    expect(await answerTo(syncline, write)).toMatchObject({
      success: false,
      errorCode: 'locked',
      errorMessage: 'try later',
    });
    await syncline.write(write);
    await eventually(
      () => syncline.results.some(({ writeId, success }) => writeId === write.writeId && success),
      within,
    );
  });

  it('stays silent, or applies without an answer', async () => {
    const [silent, mute] = [aWrite({ objectApiName: 'SilentObj' }), aWrite({ objectApiName: 'MuteObj' })];
    await crm.addFault({ kind: 'silent', objectApiName: 'SilentObj' });
    await crm.addFault({ kind: 'no-answer', objectApiName: 'MuteObj' });
    await syncline.write(silent, mute);
    await settledBehind(silent);
    await settledBehind(mute);
    const { objects } = await crm.summary();
    expect(objects.SilentObj).toMatchObject({ records: 0, writes: { faulted: 1 } });
    expect(objects.MuteObj).toMatchObject({ records: 1 });
    expect(
      syncline.results.some(({ writeId }) => writeId === silent.writeId || writeId === mute.writeId),
    ).toBe(false);
  });

  it('doubles events, leaves out causedBy, and swaps two events of one record', async () => {
    await crm.addFault({ kind: 'duplicate-event', objectApiName: 'TwiceObj' });
    await crm.addFault({ kind: 'no-caused-by', objectApiName: 'TwiceObj' });
    const twice = await created({ objectApiName: 'TwiceObj' });
    await eventually(() => eventsOf(twice).length === 2, within);
    expect(eventsOf(twice)[0]).toEqual(eventsOf(twice)[1]);
    expect(eventsOf(twice)[0]?.causedBy).toBeUndefined();
    await crm.addFault({ kind: 'reorder', objectApiName: 'SwapObj', calls: 1, delayMs: 20_000 });
    const { dataId } = await crm.edit('SwapObj', { data: { name: 'first' } });
    await crm.edit('SwapObj', { dataId, data: { name: 'second' } });
    await eventually(() => eventsOf(dataId).length === 2, within);
    expect(eventsOf(dataId).map(({ data }) => data.name)).toEqual(['second', 'first']);
  });
});
