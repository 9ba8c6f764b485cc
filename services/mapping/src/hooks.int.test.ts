import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stream } from '@syncline/catalog';
import { recordKey, stringifyJson, topics } from '@syncline/contract';
import type { HistoryRecord } from '@syncline/store';
import { aFieldMapping, aCatalog, anErpObject, aStream, eventually } from '@syncline/testkit';
import { startMapping, Surroundings, type RunningMapping } from './a-mapping.fixture.ts';
import { pairKey } from './a-pair.fixture.ts';

const withinMs = 40_000;
const example = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../docs/examples/hooks', `${name}.js`), 'utf8');

let around: Surroundings;
const running: RunningMapping[] = [];

beforeEach(() => {
  around = new Surroundings();
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  await around.stop();
}, 60_000);

const hook = (file: string, source: string) => ({
  kind: 'function' as const,
  file: `hooks/${file}.js`,
  source,
});
const execute = (body: string) => `function execute(syncArg) {\n${body}\n}`;

function streams(hooks: Stream['hooks']) {
  const details = [
    { source: 'ContactObj', dest: 'BD_Contact', fields: [aFieldMapping('FPhone', { from: 'phone' })] },
  ];
  return [
    aStream({ ...(hooks && { hooks }), details }),
    aStream({ id: 'addresses', name: 'Addresses', source: 'AddressObj', dest: 'BD_Address' }),
  ];
}
const erpObjects = [anErpObject(), anErpObject({ apiName: 'BD_Address', details: [] })];

async function start(hooks: Stream['hooks']): Promise<RunningMapping> {
  await around.start({ erpObjects, streams: streams(hooks) });
  return restart();
}

async function restart(): Promise<RunningMapping> {
  const one = await startMapping(around);
  running.push(one);
  return one;
}

let edits = 0;
/** The CRM tells of an account, given as JSON text. */
function edit(id: string, fields: string, details = '{}'): Promise<void> {
  edits += 1;
  const data = `{"_id":"${id}",${fields}}`;
  const { tenantId, crmObject } = pairKey;
  const event = `{"eventId":"e${String(edits)}","tenantId":"${tenantId}","objectApiName":"${crmObject}","dataId":"${id}","operation":"update","occurredAt":${String(Date.now())},"data":${data},"details":${details}}`;
  return around.publish(topics.crmEvents, recordKey(tenantId, crmObject, id), event);
}

const mapped = async (mapping: RunningMapping, object: [string, string], id: string) => {
  const [sourceObjectApiName, destObjectApiName] = object;
  const params = { sourceObjectApiName, destObjectApiName, sourceDataId: [id] };
  const path = '/erp/syncdata/open/callAPI/erp.syncData.getSyncDataMappingBySourceDataId';
  const { body } = await mapping.post(path, params);
  return (body.data as Record<string, { destDataId: string } | undefined>)[id]?.destDataId;
};

/** The newest sync of an account, when its history says so. */
function story(id: string, says: (history: HistoryRecord) => boolean): Promise<HistoryRecord> {
  return eventually(
    async () => {
      const row = await around.rowOf(id);
      const [newest] = row === undefined ? [] : await around.store.syncHistory.ofRow(row.id);
      return newest !== undefined && says(newest) && newest;
    },
    { withinMs, everyMs: 100 },
  );
}
const messages = (history: HistoryRecord) => history.events.map(({ message }) => message);

describe('the hooks of a stream', () => {
  it('of the examples change a record, stop one, and do something after', async () => {
    const hooks = {
      before: hook('before', example('before')),
      during: hook('during', example('during')),
      after: hook('after', example('after')),
    };
    const mapping = await start(hooks);
    const contacts = '{"ContactObj":[{"_id":"c1","phone":""},{"_id":"c2","phone":98765432109876543210}]}';
    await edit('A1', '"name":"  Acme   Ltd ","tax_number":"1","number":12345678901234567890', contacts);
    await edit('A2', '"name":"Untaxed"');
    const done = await story('A1', (it) =>
      messages(it).some((message) => message.startsWith('The hook after')),
    );
    expect(stringifyJson(around.writesOf('A1')[0]?.record)).toBe(
      '{"master":{"FName":"Acme Ltd","FNumber":12345678901234567890,"FContactCount":1},"details":{"BD_Contact":[{"FPhone":98765432109876543210,"FSeq":1}]}}',
    );
    expect(done).toMatchObject({ status: 6, operation: 'create' });
    expect(messages(done).at(-1)).toBe('The hook after: ran; it logged: address book mapped to E-A1');
    expect(await mapped(mapping, ['AddressObj', 'BD_Address'], 'A1')).toBe('E-A1');
    const stopped = await story('A2', (it) => it.status === 7);
    expect(stopped.errorMessage).toBe('Stopped by the hook before: Untaxed has no tax number');
    expect(around.writesOf('A2')).toEqual([]);
  }, 120_000);

  it('run a hook after once, though its sync is met again by another process', async () => {
    const after = hook('after', execute('log.info("told", syncArg.objectData.FName);'));
    const first = await start({ after });
    await edit('A1', '"name":"one"');
    const told = (it: HistoryRecord) => messages(it).some((message) => message.includes('told one'));
    const { syncId, events } = await story('A1', told);
    running.splice(0);
    await first.stop();
    const second = await restart();
    // The same event again: a process that knows nothing produces the effects of the row's last write once more.
    await edit('A1', '"name":"one"');
    await eventually(() => second.taken() > 0, { withinMs });
    await edit('A2', '"name":"one"');
    await story('A2', told);
    const again = (await around.store.syncHistory.getMany([syncId])).get(syncId);
    const hookEvents = (of: HistoryRecord['events'] = []) => of.filter(({ kind }) => kind === 'hook');
    expect(hookEvents(again?.events)).toEqual(hookEvents(events));
    expect(await around.store.afterHooks.claim({ now: Date.now() + 1e9, until: 0, limit: 10 })).toEqual([]);
  }, 120_000);

  it('let a record stay written whose hook after fails, and say so', async () => {
    await start({ after: hook('after', execute('throw new Error("no printer");')) });
    await edit('A1', '"name":"Acme"');
    const failed = await story('A1', (it) => messages(it).some((message) => message.includes('no printer')));
    expect(failed).toMatchObject({ status: 6, errorMessage: null });
    expect(messages(failed).at(-1)).toBe(
      'The hook after: failed: hooks/after.js, line 2: Error: no printer. The record stays written',
    );
  }, 120_000);

  it('end a record as broken that they fail on, with file and line, and go on with the next', async () => {
    const body = 'if (syncArg.objectData.name === "bad") syncArg.objectData.level.code;';
    await start({ before: hook('check', execute(body)) });
    await edit('A1', '"name":"bad"');
    await edit('A2', '"name":"good"');
    const failed = await story('A1', (it) => it.status === 5);
    expect(failed.errorClass).toBe('broken');
    expect(failed.errorMessage).toMatch(/^The hook before failed: hooks\/check\.js, line 2: TypeError: /);
    await story('A2', (it) => it.status === 6);
    await edit('A1', '"name":"mended"');
    await story('A1', (it) => it.status === 6);
  }, 120_000);

  it('call the Open API while a batch waits for them, even about their own record', async () => {
    const body = `const ids = { sourceDataId: syncArg.sourceDataId, destDataId: 'OWN-' + syncArg.sourceDataId };
      const names = { sourceObjectApiName: syncArg.sourceObjectApiName, destObjectApiName: syncArg.destObjectApiName };
      if (syncArg.destEventType === 1)
        log.info(Fx.proxy.callAPI('erp.syncData.createSyncDataMapping', {}, { ...names, ...ids })[1].content);`;
    const mapping = await start({ before: hook('link', execute(body)) });
    const began = Date.now();
    const accounts = Array.from({ length: 20 }, (_, i) => `A${String(i)}`);
    await Promise.all(accounts.map((id) => edit(id, '"name":"Acme"')));
    for (const id of accounts) {
      await story(id, (it) => it.status === 6);
      expect(around.writesOf(id).map(({ operation, dataId }) => [operation, dataId])).toContainEqual([
        'update',
        `OWN-${id}`,
      ]);
      expect(around.writesOf(id).filter(({ operation }) => operation === 'create')).toEqual([]);
      expect(await mapped(mapping, ['AccountObj', 'BD_Customer'], id)).toBe(`OWN-${id}`);
    }
    // No call ran into its limit of 3 s.
    expect(Date.now() - began).toBeLessThan(20_000);
  }, 120_000);

  it('count for what is unchanged: a changed hook has a record written again, a hook after does not', async () => {
    const during = (value: string) =>
      hook('during', execute(`return { objectData: { ...syncArg.objectData, F: '${value}' } };`));
    const mapping = await start({ during: during('1') });
    const written = () => around.writesOf('A1').map(({ record }) => record?.master['F']);
    const turn = async (hooks: Stream['hooks']) => {
      const current = await around.store.config.current();
      const catalog = aCatalog({ erpObjects, streams: streams(hooks) });
      await around.store.config.replace({
        catalog,
        digest: null,
        editedBy: 'apply',
        expectedRevision: current?.revision ?? 0,
      });
      await mapping.catalog.refresh();
      const taken = mapping.taken();
      await edit('A1', '"name":"Acme"');
      await eventually(() => mapping.taken() > taken, { withinMs });
      await edit('Z', `"name":"${String(taken)}"`);
      await story(
        'Z',
        (it) => it.status === 6 && around.writesOf('Z').at(-1)?.record?.master['FName'] === String(taken),
      );
    };
    await edit('A1', '"name":"Acme"');
    await story('A1', (it) => it.status === 6);
    await turn({ during: during('1'), after: hook('after', execute('')) });
    expect(new Set(written())).toEqual(new Set(['1']));
    await turn({ during: during('2') });
    await eventually(() => written().at(-1) === '2', { withinMs });
  }, 120_000);
});
