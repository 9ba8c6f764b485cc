import { recordKey, stringifyJson, topics, type CrmRead } from '@syncline/contract';
import { eventually } from '@syncline/testkit';
import { startMapping, Surroundings, type RunningMapping } from './a-mapping.fixture.ts';
import { pairKey } from './a-pair.fixture.ts';

const withinMs = 40_000;
const { tenantId, crmObject: objectApiName } = pairKey;
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

/** A mapping with somebody who asks the CRM and writes down what comes. */
async function start(): Promise<{ mapping: RunningMapping; taken: string[] }> {
  const mapping = await startMapping(around);
  running.push(mapping);
  const taken: string[] = [];
  mapping.reader.use({
    name: 'survey',
    take: ({ readId, dataId }) => Promise.resolve(void taken.push(`${readId} ${dataId}`)),
  });
  return { mapping, taken };
}

/** The CRM's answer, spread over partitions as its keys say. */
async function answer(readId: string, ids: readonly string[], count: number | null): Promise<void> {
  for (const dataId of ids) {
    const event = {
      eventId: `${readId}/${dataId}`,
      tenantId,
      objectApiName,
      dataId,
      operation: 'update',
      occurredAt: 5,
      data: { _id: dataId, name: dataId },
      readId,
    };
    await around.publish(topics.crmEvents, recordKey(tenantId, objectApiName, dataId), stringifyJson(event));
  }
  const end = { readId, tenantId, last: true, count };
  if (count !== null) await around.publish(topics.crmEvents, `${tenantId}/end`, stringifyJson(end));
}

const progressIs = (mapping: RunningMapping, readId: string, wanted: object) =>
  eventually(async () => expect(await mapping.reader.progress(readId)).toEqual(wanted), { withinMs });

describe('reading records of the CRM', () => {
  it('asks on its topic, and is answered once every record has been taken, however often each comes', async () => {
    const { mapping, taken } = await start();
    const read: CrmRead = { readId: 'survey/1', tenantId, objectApiName, ids: ['A1', 'A2', 'A3'] };
    await mapping.reader.ask(read);
    await eventually(() => expect(around.reads).toEqual([read]), { withinMs });
    await answer('survey/1', ['A1', 'A2', 'A2'], 3);
    await progressIs(mapping, 'survey/1', { state: 'reading', received: 2, count: 3 });
    await answer('survey/1', ['A3'], null);
    await progressIs(mapping, 'survey/1', { state: 'answered', received: 3, count: 3 });
    expect([...new Set(taken)].sort()).toEqual(['survey/1 A1', 'survey/1 A2', 'survey/1 A3']);
    // What answers somebody's question is no change by itself.
    expect(around.writes).toEqual([]);
  }, 120_000);

  it('goes on in another process: what came before the crash stays counted, and the question is asked again', async () => {
    const { mapping: first } = await start();
    const read: CrmRead = { readId: 'survey/1', tenantId, objectApiName, changedFrom: 0, changedTo: 9 };
    await first.reader.ask(read);
    await answer('survey/1', ['A1'], null);
    await progressIs(first, 'survey/1', { state: 'reading', received: 1, count: null });
    await running.splice(0)[0]?.stop();
    const { mapping: second } = await start();
    await second.reader.ask(read);
    await eventually(() => expect(around.reads).toEqual([read, read]), { withinMs });
    await answer('survey/1', ['A1', 'A2'], 2);
    await progressIs(second, 'survey/1', { state: 'answered', received: 2, count: 2 });
  }, 120_000);

  it('leaves nothing in the store when it is closed, whatever comes afterwards', async () => {
    const { mapping, taken } = await start();
    await mapping.reader.ask({ readId: 'survey/1', tenantId, objectApiName, ids: ['A1'] });
    await mapping.reader.close('survey/1');
    await answer('survey/1', ['A1'], 1);
    await eventually(() => taken.length > 0, { withinMs });
    expect(await mapping.reader.progress('survey/1')).toEqual({ state: 'closed', received: 0, count: null });
    expect(await around.store.crmReads.get('survey/1')).toBeNull();
  }, 120_000);

  it('knows a CRM that does not answer within 60 s', async () => {
    const { mapping } = await start();
    await mapping.reader.ask({ readId: 'survey/1', tenantId, objectApiName, ids: ['A1'] });
    mapping.laterBy(59_000);
    expect(await mapping.reader.progress('survey/1')).toMatchObject({ state: 'reading' });
    mapping.laterBy(62_000);
    await progressIs(mapping, 'survey/1', { state: 'silent', received: 0, count: null });
    await mapping.reader.ask({ readId: 'survey/1', tenantId, objectApiName, ids: ['A1'] });
    expect(await mapping.reader.progress('survey/1')).toMatchObject({ state: 'reading' });
  }, 120_000);
});
