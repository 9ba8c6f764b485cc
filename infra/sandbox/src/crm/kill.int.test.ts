import { eventually } from '@syncline/testkit';
import { aWrite, openCrmTopics, type CrmTopics } from '../testing/crm-topics.ts';
import { SandboxProcess, temporaryFolder } from '../testing/sandbox-process.ts';
import { sandboxCrm } from './client.ts';

const folder = temporaryFolder();
const writeCount = 3000;
let syncline: CrmTopics;
let crm: SandboxProcess;

beforeAll(async () => {
  syncline = await openCrmTopics();
  const { kafkaBrokers, topicPrefix } = syncline.place;
  const env = { KAFKA_BROKERS: kafkaBrokers.join(','), SYNCLINE_TOPIC_PREFIX: topicPrefix };
  crm = await SandboxProcess.create('crm', folder.path, env);
}, 60_000);
afterAll(async () => {
  await crm.kill9();
  await syncline.stop();
  folder.remove();
}, 30_000);

describe('the sandbox CRM over kill -9', () => {
  it('applies every write once, and loses neither answer nor event', async () => {
    const control = sandboxCrm(crm.url);
    await crm.start();
    const writes = Array.from({ length: writeCount }, () => aWrite());
    const edits: string[] = [];
    for (let i = 0; i < writeCount; i += 1000) await syncline.write(...writes.slice(i, i + 1000));
    for (let round = 0; round < 3; round += 1) {
      const before = (await control.summary()).lastSeq;
      edits.push((await control.edit('AccountObj', { data: { name: `edit ${String(round)}` } })).dataId);
      await eventually(async () => (await control.summary()).lastSeq > before + 1, {
        withinMs: 60_000,
        everyMs: 5,
      });
      await crm.kill9();
      await crm.start();
    }
    const answered = (): Set<string> => new Set(syncline.results.map(({ writeId }) => writeId));
    await eventually(() => answered().size === writeCount, { withinMs: 60_000, everyMs: 200 });
    await eventually(async () => (await control.summary()).messagesWaiting === 0, { withinMs: 30_000 });
    const { objects } = await control.summary();
    expect(objects.AccountObj).toMatchObject({
      records: writeCount + edits.length,
      createdByWrites: writeCount,
      writes: { create: writeCount },
      doubledBySource: { surplus: 0 },
    });
    const told = (): Set<string> => new Set(syncline.events.map(({ dataId }) => dataId));
    await eventually(() => told().size === writeCount + edits.length, { withinMs: 30_000 });
    expect(edits.filter((dataId) => !told().has(dataId))).toEqual([]);
    expect(await crm.stop()).toBe(0);
  }, 240_000);
});
