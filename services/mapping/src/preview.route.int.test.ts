import { catalogView } from '@syncline/catalog';
import { createApp, createLogger, createProbes, systemClock } from '@syncline/chassis';
import { stringifyJson, type Json } from '@syncline/contract';
import {
  aDataCenter,
  anErpObject,
  aStream,
  aTenant,
  aCatalogView,
  eventually,
  pushToken,
} from '@syncline/testkit';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEvaluator, createHooks } from '@syncline/functions';
import { startMapping, Surroundings, type RunningMapping } from './a-mapping.fixture.ts';
import { crmMatchOf } from './crm-matches.ts';
import { pairKey } from './a-pair.fixture.ts';
import { pairDigest } from './pair.ts';
import { createPreviewRoute } from './preview.route.ts';

const logger = createLogger({ service: 'test', level: 'error' });
const evaluator = createEvaluator({ workers: 1, logger });
const hooks = createHooks({ timeLimitMs: 2_000, logger });
const now = AbortSignal.timeout(600_000);
const place = { tenantId: '81138', dataCenterId: 'dc-main' };
const none = { required: false, options: null, lookup: null, reference: null };

const customers = aStream({
  triggers: ['create', 'update'],
  filter: '$not(kind = "draft")',
  fields: [
    { ...none, to: 'FName', from: 'name', required: true },
    { ...none, to: 'FCurrency', value: 'CNY' },
    { ...none, to: 'FFull', expression: 'name & "!"' },
    { ...none, to: 'FLevel', from: 'level', options: { '1': 'A' }, default: 'C' },
    { ...none, to: 'FSaler', from: 'owner', lookup: 'employee' },
    { ...none, to: 'FParent', from: 'parent', reference: { object: 'AccountObj', dest: null } },
  ],
  details: [{ source: 'ContactObj', dest: 'BD_Contact', fields: [{ ...none, to: 'FPhone', from: 'phone' }] }],
});
const toCrm = aStream({
  id: 's-crm',
  direction: 'erp-to-crm',
  source: 'BD_Customer',
  dest: 'AccountObj',
  fields: [{ ...none, to: 'name', from: 'FName' }],
});
const addresses = aStream({
  id: 'hooked',
  name: 'Addresses',
  source: 'AddressObj',
  dest: 'BD_Address',
  fields: [{ ...none, to: 'FName', from: 'name' }],
  hooks: {
    before: {
      kind: 'function',
      file: 'hooks/b.js',
      source: `function execute({ objectData }) {
        if (objectData.name === 'none') return { isExec: false, message: 'no street' };
        return { objectData: { ...objectData, name: objectData.name + ' Street' } };
      }`,
    },
    during: {
      kind: 'function',
      file: 'hooks/d.js',
      source: 'const execute = ({ objectData }) => ({ objectData: { ...objectData, FKind: "S" } });',
    },
  },
});
const view = aCatalogView({
  tenants: [aTenant({ dataCenters: [aDataCenter({ baseUrl: 'http://erp/api', format: 'xml' })] })],
  erpObjects: [anErpObject(), anErpObject({ apiName: 'BD_Address', details: [] })],
  streams: [customers, toCrm, addresses],
});

/** As a config file says it. */
const edited = {
  ...place,
  direction: 'crm-to-erp',
  source: 'AccountObj',
  dest: 'BD_Customer',
  fields: [{ to: 'FName', expression: '"New " & name' }],
};

const tenantHeaders = { token: pushToken, tenantId: '81138' };

let around: Surroundings;
let server: Server;
let url: string;
const running: RunningMapping[] = [];

beforeAll(async () => {
  around = new Surroundings();
  await around.start();
  await evaluator.start();
  const probes = createProbes({ service: 'test', parts: () => [] });
  const app = createApp({ logger, service: 'test', probes });
  const catalog = { view: () => view };
  app.use(
    createPreviewRoute({
      store: around.store,
      catalog,
      evaluator,
      clock: systemClock,
      runHook: (hook, arg) => hooks.run(hook, arg),
      tokenCheck: { isTenants: (req) => req.get('token') === pushToken },
    }),
  );
  server = createServer(app).listen(0, '127.0.0.1');
  await eventually(() => server.listening);
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/preview`;
}, 90_000);
afterAll(async () => {
  server.close();
  for (const one of running) await one.stop();
  await evaluator.stop(now);
  await hooks.stop(now);
  await around.stop();
}, 60_000);

interface Answer {
  errCode?: string;
  errMsg?: string;
  records: {
    outcome: string;
    destId: string | null;
    reason: { code: string; message: string } | null;
    fields: { to: string; value: Json; by: string; problem: { kind: string; message: string } | null }[];
    details: { rows: { fields: { value: Json }[] }[] }[];
    request: { url?: string; topic?: string; body: string } | null;
  }[];
}

async function ask(body: Json, streamId = customers.id): Promise<Answer> {
  return (await asked(body, streamId, tenantHeaders)).json() as Promise<Answer>;
}

function asked(body: Json, stream: string, headers: Record<string, string>): Promise<Response> {
  const init = { method: 'POST', headers, body: stringifyJson(body) };
  return fetch(`${url}/${encodeURIComponent(stream)}`, init);
}

const preview = async (data: Record<string, Json>, more: Record<string, Json> = {}, streamId?: string) => {
  const answer = await ask({ record: { data: { _id: 'A1', name: 'Acme', ...data }, ...more } }, streamId);
  const [first] = answer.records;
  if (first === undefined) throw new Error(stringifyJson(answer));
  return first;
};

describe('a preview', () => {
  it('runs the hooks before and during, also of a stream that is being edited', async () => {
    const form = {
      ...edited,
      source: 'AddressObj',
      dest: 'BD_Address',
      fields: [{ to: 'FOther', from: 'name' }],
    };
    const told = await preview({ name: 'Main' }, {}, 'hooked');
    expect(told).toMatchObject({
      outcome: 'create',
      fields: [{ to: 'FName', value: 'Main Street', by: 'from' }],
    });
    expect(told.request?.body).toContain('<FName>Main Street</FName><FKind>S</FKind>');
    expect((await preview({ name: 'none' }, {}, 'hooked')).reason).toEqual({
      code: 'stopped-by-hook',
      message: 'Stopped by the hook before: no street',
    });
    const answer = await ask({ record: { data: { _id: 'A1', name: 'Main' } }, stream: form }, 'hooked');
    expect(answer.records[0]?.request?.body).toContain('<FOther>Main Street</FOther><FKind>S</FKind>');
  });

  it('of a new record is its create: each value with where it came from, and the body byte for byte', async () => {
    const told = await preview({ level: '9' }, { details: { ContactObj: [{ _id: 'r1', phone: '010' }] } });
    expect(told).toMatchObject({ outcome: 'create', destId: null, reason: null });
    expect(told.fields.map(({ to, value, by }) => [to, value, by])).toEqual([
      ['FName', 'Acme', 'from'],
      ['FCurrency', 'CNY', 'value'],
      ['FFull', 'Acme!', 'expression'],
      ['FLevel', 'C', 'default'],
      ['FSaler', null, 'from'],
      ['FParent', null, 'from'],
    ]);
    expect(told.details[0]?.rows[0]?.fields[0]?.value).toBe('010');
    expect(told.request?.url).toBe('http://erp/api/create');
    expect(told.request?.body).toContain('<FName>Acme</FName>');
    expect(told.request?.body).toContain('<FPhone>010</FPhone>');
  });

  it.each([
    ['the filter', { kind: 'draft' }, 'skipped', 'filtered'],
    ['an empty required field', { name: '' }, 'failed', 'required-empty'],
    ['a look-up without entry', { owner: 'E9' }, 'failed', 'lookup-missing'],
    ['a reference to a record without counterpart', { parent: 'A0' }, 'waiting', 'waiting'],
  ])('names what stops it: %s', async (_what, data, outcome, code) => {
    const told = await preview(data);
    expect(told.outcome).toBe(outcome);
    expect(told.reason?.code).toBe(code);
    expect(told.request).toBeNull();
  });

  it('tells which record a reference waits for, and which field failed', async () => {
    expect((await preview({ parent: 'A0' })).reason?.message).toBe('waits for AccountObj A0');
    const failed = await preview({ owner: 'E9' });
    const field = failed.fields.find(({ to }) => to === 'FSaler');
    expect(field?.problem).toMatchObject({ kind: 'failed', message: expect.stringContaining('E9') });
  });

  it('of a void that the stream does not carry out says so', async () => {
    expect((await preview({}, { operation: 'invalid' })).outcome).toBe('skipped');
  });

  it('of an ERP record is the message for the CRM, also from XML', async () => {
    const xml = '<r><masterFieldVal><FCUSTID>E7</FCUSTID><FName>Seven</FName></masterFieldVal></r>';
    const [told] = (await ask({ xml }, toCrm.id)).records;
    expect(told).toMatchObject({ outcome: 'create', request: { topic: 'crm.writes' } });
    const message = JSON.parse(told?.request?.body ?? '') as Record<string, unknown>;
    expect(message).toMatchObject({
      operation: 'create',
      objectApiName: 'AccountObj',
      data: { name: 'Seven' },
    });
  });

  it('takes the name of a stream, and shows it to nobody else', async () => {
    const body = { record: { _id: 'A1', name: 'Acme' } };
    expect((await ask(body, customers.name)).records[0]?.outcome).toBe('create');
    const key = await around.store.operatorKey.read();
    expect((await asked(body, customers.id, { 'operator-key': key })).status).toBe(200);
    const strangers = [{}, { token: 'wrong', tenantId: '81138' }, { 'operator-key': 'wrong' }];
    const answers = await Promise.all(strangers.map((headers) => asked(body, customers.id, headers)));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    const foreign = { ...edited, tenantId: 'other' };
    expect((await ask({ ...body, stream: foreign }, 'new')).errMsg).toMatch(/^stream\.tenantId/);
  });

  it('of what the CRM holds already is the update that it becomes', async () => {
    const fields = [
      { to: 'name', from: 'FName' },
      { to: 'number', from: 'FNumber' },
    ];
    const objects = { direction: 'erp-to-crm', source: 'BD_Customer', dest: 'AccountObj' };
    const matching = { ...place, ...objects, fields, matchBeforeCreate: true };
    const [pair] = catalogView({
      ...view.catalog,
      streams: [{ ...toCrm, fields: [{ ...none, to: 'number', from: 'FNumber' }], matchBeforeCreate: {} }],
    }).pairsOfCrmObject('81138', 'AccountObj');
    if (pair === undefined) throw new Error('no pair');
    const held = { dataId: 'A-held', master: { number: 'N-held' }, at: 1, isGone: false };
    await around.store.crmMatches.note(crmMatchOf(pair, held));
    const record = { FCUSTID: 'E-new', FName: 'Held', FNumber: 'N-held' };
    const [told] = (await ask({ record, stream: matching }, toCrm.id)).records;
    expect(told).toMatchObject({ outcome: 'update', destId: 'A-held' });
    const digest = pairDigest(pairKey, 'crm', 'A-held');
    expect((await around.store.pointers.readMany([digest])).size).toBe(0);
  });

  it('tries a stream that is being edited, which stays as it is', async () => {
    const answer = await ask({ record: { _id: 'A1', name: 'Acme' }, stream: edited });
    expect(answer.records[0]?.fields).toMatchObject([{ to: 'FName', value: 'New Acme', by: 'expression' }]);
    expect((await preview({})).fields).toHaveLength(6);
    const wrong = { ...edited, fields: [{ to: 'FName', expression: '1 +' }] };
    expect((await ask({ record: { _id: 'A1' }, stream: wrong })).errMsg).toMatch(
      /^stream\.fields\[0\]\.expression: /,
    );
  });

  it.each([
    [{ record: { _id: 'A1' } }, 'nowhere', 'there is no stream nowhere'],
    [{}, customers.id, 'expected {record: …}'],
    [{ records: Array.from({ length: 101 }, () => ({ _id: 'A1' })) }, customers.id, 'at most 100 records'],
    [{ xml: '<a' }, customers.id, 'xml: '],
  ])('refuses what it cannot read, with the reason', async (body, streamId, reason) => {
    expect((await ask(body as Json, streamId)).errMsg).toContain(reason);
  });

  it('of a record that is in step is skipped or an update, and changes nothing', async () => {
    running.push(await startMapping(around));
    await around.edit('A5', 'Five');
    const rowId = pairDigest(pairKey, 'crm', 'A5');
    const row = await eventually(
      async () => {
        const found = await around.rowOf('A5');
        return found?.isCreated === true && found.inFlightId === null && found;
      },
      { withinMs: 40_000 },
    );
    const sent = around.writes.length;
    const plain = { ...edited, fields: [{ to: 'FName', from: 'name' }] };
    const same = await ask({ record: { _id: 'A5', name: 'Five' }, stream: plain });
    expect(same.records[0]).toMatchObject({ outcome: 'skipped', reason: { code: 'echo' }, request: null });
    const changed = await preview({ _id: 'A5', name: 'Other' });
    expect(changed).toMatchObject({ outcome: 'update', destId: 'E-A5' });
    expect(changed.request?.body).toContain('E-A5');
    expect(await around.rowOf('A5')).toEqual(row);
    expect(await around.store.pointers.readMany([rowId])).toEqual(new Map());
    expect(around.writes).toHaveLength(sent);
    expect(await around.rowOf('A1')).toBeUndefined();
  }, 90_000);
});
