import { catalogView, type Stream } from '@syncline/catalog';
import { parseJson, stringifyJson, type JsonObject, type Side } from '@syncline/contract';
import { createEvaluator, createHooks, type ApiCall, type Evaluator, type Hooks } from '@syncline/functions';
import { aCatalog, aFieldMapping, anErpObject, aStream } from '@syncline/testkit';
import type { WriteOperation } from './current.ts';
import type { Lookups } from './map-fields.ts';
import { readChange } from './read-change.ts';
import { readHooked, type HookedRequest } from './read-hooked.ts';

const logger = { warn: () => undefined };
let hooks: Hooks;
let evaluator: Evaluator;

beforeAll(() => {
  hooks = createHooks({ logger });
  evaluator = createEvaluator({ workers: 1, logger });
});
afterAll(async () => {
  await hooks.stop(AbortSignal.timeout(1000));
  await evaluator.stop(AbortSignal.timeout(1000));
});

const nobody: Lookups = {
  field: () => Promise.resolve(undefined),
  reference: () => Promise.resolve({ kind: 'found', id: 'x' }),
};
const record = {
  master: parseJson(
    '{"_id":"A1","name":"Acme","number":12345678901234567890,"price":1.10,"city":"Bonn"}',
  ) as JsonObject,
  details: {
    ContactObj: [
      parseJson('{"_id":"c1","phone":"1","amount":2.50}') as JsonObject,
      parseJson('{"_id":"c2","phone":"2","amount":99999999999999999999}') as JsonObject,
    ],
  },
};
const fields = [
  aFieldMapping('FName', { from: 'name', required: true }),
  aFieldMapping('FNumber', { from: 'number' }),
  aFieldMapping('FPrice', { from: 'price' }),
];
const details = [
  {
    source: 'ContactObj',
    dest: 'BD_Contact',
    fields: [aFieldMapping('FPhone', { from: 'phone' }), aFieldMapping('FAmount', { from: 'amount' })],
  },
];

interface Given {
  before?: string;
  during?: string;
  stream?: Partial<Stream>;
  operation?: WriteOperation;
  side?: Side;
}

function hook(time: string, body: string) {
  return {
    kind: 'function' as const,
    file: `hooks/${time}.js`,
    source: `function execute(syncArg) {\n${body}\n}`,
  };
}

const calls: ApiCall[] = [];

async function read({ before, during, stream = {}, operation = 'create', side = 'crm' }: Given) {
  const configured = {
    ...(before === undefined ? {} : { before: hook('before', before) }),
    ...(during === undefined ? {} : { during: hook('during', during) }),
  };
  const toErp = aStream({ fields, details, hooks: configured, ...stream });
  const view = catalogView(aCatalog({ erpObjects: [anErpObject()], streams: [toErp] }));
  const [pair] = view.pairsOfCrmObject('81138', 'AccountObj');
  if (pair === undefined) throw new Error('no pair');
  const request: HookedRequest = {
    ...{ pair, side, record, lookups: nobody },
    ...{ operation, syncId: 's-1', dataId: 'A1', destId: operation === 'create' ? '' : 'E1' },
  };
  const plain = await readChange(request, view, evaluator);
  const hooked = await readHooked(request, {
    view,
    evaluator,
    runHook: (one, arg) =>
      hooks.run(one, arg, (call) => {
        calls.push(call);
        return Promise.resolve({ statusCode: 200, content: '{"errCode":"s106240000"}' });
      }),
  });
  return { ...hooked, plain };
}

async function ok(given: Given) {
  const { mapped } = await read(given);
  if (mapped.kind !== 'ok') throw new Error(JSON.stringify(mapped));
  return { ...mapped, text: stringifyJson(mapped.record) };
}

const untouched =
  '{"master":{"FName":"Acme","FNumber":12345678901234567890,"FPrice":1.10},"details":{"BD_Contact":[{"FPhone":"1","FAmount":2.50},{"FPhone":"2","FAmount":99999999999999999999}]}}';

describe('readHooked', () => {
  it('leaves every digit of a record where the hooks return nothing, or what they were given', async () => {
    const all = 'return { objectData: syncArg.objectData, details: syncArg.details };';
    expect((await ok({ before: '', during: '' })).text).toBe(untouched);
    expect((await ok({ before: all, during: all })).text).toBe(untouched);
  });

  it('runs before on the data of the source, and maps what it leaves', async () => {
    const before = `const { objectData, details } = syncArg;
      return { objectData: { ...objectData, name: objectData.name + ' ' + objectData.city },
        details: { ContactObj: details.ContactObj.filter(({ phone }) => phone !== '1') } };`;
    const { record: mapped, values, rows } = await ok({ before });
    expect(mapped.master['FName']).toBe('Acme Bonn');
    expect(values['FName']).toBe('Acme Bonn');
    expect(rows['BD_Contact']).toEqual([
      { source: 'c2', values: { FPhone: '2', FAmount: '99999999999999999999' } },
    ]);
    expect(stringifyJson(mapped.details)).toBe(
      '{"BD_Contact":[{"FPhone":"2","FAmount":99999999999999999999}]}',
    );
  });

  it('runs during on what was mapped, and knows and finds the record by what it leaves', async () => {
    const during = `const { objectData, details } = syncArg;
      return { objectData: { ...objectData, FNumber: 'N-' + objectData.FName, FExtra: true },
        details: { BD_Contact: [{ ...details.BD_Contact[1], FMain: 1 }, { FPhone: '9' }, details.BD_Contact[0]] } };`;
    const { record: mapped, values, rows, match } = await ok({ during });
    expect(mapped.master).toMatchObject({ FNumber: 'N-Acme', FExtra: true });
    expect(values).toMatchObject({ FNumber: 'N-Acme', FExtra: 'true' });
    expect(match).toEqual([{ field: 'FNumber', value: 'N-Acme' }]);
    expect(rows['BD_Contact']?.map(({ source }) => source)).toEqual(['c2', '#+0', 'c1']);
    expect(rows['BD_Contact']?.[0]?.values).toEqual({
      FPhone: '2',
      FAmount: '99999999999999999999',
      FMain: '1',
    });
  });

  it('tells the hooks who and what the sync is about', async () => {
    const tell =
      'return { message: JSON.stringify({ ...syncArg, objectData: Object.keys(syncArg.objectData), details: Object.keys(syncArg.details) }) };';
    const { log } = await read({ before: tell, during: tell, operation: 'update' });
    const about = {
      syncDataId: 's-1',
      sourceTenantId: '81138',
      sourceObjectApiName: 'AccountObj',
      sourceDataId: 'A1',
      sourceEventType: 2,
      destTenantId: '81138',
      destObjectApiName: 'BD_Customer',
      destDataId: 'E1',
      destEventType: 2,
      dataCenterId: 'dc-main',
      ployDetailId: '155bd981457343f291e0edc13776217f',
    };
    const [before, during] = log.map((line) => JSON.parse(line.replace(/^hook \w+: /, '')) as object);
    expect(before).toEqual({
      ...about,
      objectData: ['_id', 'name', 'number', 'price', 'city'],
      details: ['ContactObj'],
    });
    expect(during).toEqual({ ...about, objectData: ['FName', 'FNumber', 'FPrice'], details: ['BD_Contact'] });
  });

  it.each<[WriteOperation, number]>([
    ['create', 1],
    ['update', 2],
    ['recover', 2],
    ['void', 3],
  ])('says %s as the event type %d', async (operation, eventType) => {
    const { log } = await read({ before: 'return { message: String(syncArg.destEventType) };', operation });
    expect(log).toEqual([`hook before: ${String(eventType)}`]);
  });

  it('stops the record with the reason, and maps nothing then', async () => {
    const stream = { fields: [aFieldMapping('FName', { from: 'none', required: true })] };
    expect(
      (await read({ before: 'return { isExec: false, message: "black list" };', stream })).mapped,
    ).toEqual({
      kind: 'stopped',
      message: 'Stopped by the hook before: black list',
    });
    expect((await read({ during: 'return { isExec: false };' })).mapped).toEqual({
      kind: 'stopped',
      message: 'Stopped by the hook during: it gave no message',
    });
  });

  it('fails as broken with file, line and message', async () => {
    expect((await read({ during: '\n\nthrow new Error("no level");' })).mapped).toMatchObject({
      kind: 'failed',
      byHook: true,
      failure: {
        class: 'broken',
        code: 'hook-failed',
        message: 'The hook during failed: hooks/during.js, line 4: Error: no level',
      },
    });
  });

  it('refuses rows of a detail that the stream does not map', async () => {
    expect((await read({ during: 'return { details: { Other: [{ a: 1 }] } };' })).mapped).toMatchObject({
      failure: {
        message:
          'The hook during failed: hooks/during.js: the stream maps no detail to Other; add it to details',
      },
    });
  });

  it('runs no hook for what the filter does not take, but for a void', async () => {
    const given = { before: 'return { isExec: false };', stream: { filter: 'city = "Rome"' } };
    expect((await read(given)).mapped).toEqual({ kind: 'filtered' });
    expect((await read({ ...given, operation: 'void' })).mapped.kind).toBe('stopped');
    expect((await read({ before: '', stream: { filter: 'city = "Bonn"' } })).mapped.kind).toBe('ok');
  });

  it('lets a void go on that maps no more', async () => {
    const stream = { fields: [aFieldMapping('FName', { from: 'none', required: true })] };
    expect((await read({ before: '', stream, operation: 'void' })).mapped.kind).toBe('ok');
    expect((await read({ before: '', stream })).mapped).toMatchObject({
      failure: { code: 'required-empty' },
    });
  });

  it('lets the hooks call the Open API, and keeps what they log', async () => {
    const before = 'log.info(Fx.proxy.callAPI("erp.syncData.x", {}, { a: 1 })[1].content);';
    const { log } = await read({ before });
    expect(log).toEqual(['hook before logged: {"errCode":"s106240000"}']);
    expect(calls.at(-1)).toMatchObject({ name: 'erp.syncData.x', params: { a: 1 } });
  });

  it('leaves the mapping to the moment of writing: a reading alone says nothing of it', async () => {
    expect((await read({ before: '' })).plain.mapped).toEqual({ kind: 'none' });
    expect((await read({})).plain.mapped.kind).toBe('ok');
  });
});
