import { parseJson, stringifyJson, type JsonObject } from '@syncline/contract';
import { eventually } from '@syncline/testkit';
import { createLog } from '../shared/log.ts';
import { temporaryFolder } from '../testing/sandbox-process.ts';
import type { RunningSandbox } from '../shared/run.ts';
import { sandboxErp, type SandboxErp } from './client.ts';
import { startSandboxErp } from './start.ts';

const folder = temporaryFolder();
let running: RunningSandbox;
let erp: SandboxErp;

beforeAll(async () => {
  const push = { url: 'http://127.0.0.1:9/', token: 't', tenantId: '81138', dataCenterId: 'dc-main' };
  const settings = {
    host: '127.0.0.1',
    port: 0,
    dataDir: folder.path,
    token: 'erp-secret',
    push,
    traffic: false,
  };
  running = await startSandboxErp(settings, createLog('test'));
  erp = sandboxErp(running.url);
});
afterAll(async () => {
  await running.stop();
  folder.remove();
});
afterEach(() => erp.resetFaults());

interface Sent {
  objAPIName: string;
  masterFieldVal: JsonObject;
  detailFieldVals?: Record<string, JsonObject[]>;
}

function send(name: string, record: Sent | string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${running.url}/erp/${name}`, {
    method: 'POST',
    headers: { token: 'erp-secret', 'content-type': 'application/json', ...headers },
    body: typeof record === 'string' ? record : stringifyJson(record),
  });
}

async function reply(response: Promise<Response>): Promise<JsonObject> {
  return parseJson(await (await response).text()) as JsonObject;
}

function query(name: string, parameters: Record<string, string>): Promise<JsonObject> {
  const search = new URLSearchParams(parameters).toString();
  return reply(fetch(`${running.url}/erp/${name}?${search}`, { headers: { token: 'erp-secret' } }));
}

const customer = (number: string, fields: JsonObject = {}): Sent => ({
  objAPIName: 'BD_Customer',
  masterFieldVal: { FNumber: number, FName: `Customer ${number}`, ...fields },
});

async function create(record: Sent): Promise<string> {
  const { data } = await reply(send('create', record));
  return (data as { masterDataId: string }).masterDataId;
}

describe('the sandbox ERP', () => {
  it('answers a create with the ids of the record and of its rows in the order sent', async () => {
    const rows = [{ FContactName: 'Ann' }, { FContactName: 'Bo' }];
    const answer = await reply(send('create', { ...customer('a1'), detailFieldVals: { BD_Contact: rows } }));
    expect(answer).toMatchObject({ code: '0', data: { masterDataId: 'C000001' } });
    expect(answer.data).toMatchObject({ detailDataIds: { BD_Contact: ['CT000001', 'CT000002'] } });
  });

  it('changes what an update sends, adds rows without an id and keeps the rest', async () => {
    const dataId = await create({
      ...customer('a2'),
      detailFieldVals: { BD_Contact: [{ FContactName: 'Ann' }] },
    });
    const rowId = (await erp.record('BD_Customer', dataId))?.details.BD_Contact?.[0]?.FContactId ?? '';
    const rows = [{ FContactName: 'New' }, { FContactId: rowId, FPhone: '1' }];
    const update = { objAPIName: 'BD_Customer', masterFieldVal: { FCUSTID: dataId, FTel: '5' } };
    await reply(send('update', { ...update, detailFieldVals: { BD_Contact: rows } }));
    const record = await erp.record('BD_Customer', dataId);
    expect(record?.master).toMatchObject({ FNumber: 'a2', FTel: '5' });
    expect(record?.details.BD_Contact).toMatchObject([
      { FContactId: rowId, FContactName: 'Ann', FPhone: '1' },
      { FContactName: 'New' },
    ]);
  });

  it('voids with operationType 3, and an update without it brings the record back', async () => {
    const dataId = await create(customer('a3'));
    const update = { objAPIName: 'BD_Customer', masterFieldVal: { FCUSTID: dataId } };
    await send('update', update, { operationType: '3' });
    expect(await erp.record('BD_Customer', dataId)).toMatchObject({ voided: true });
    await send('update', update);
    expect(await erp.record('BD_Customer', dataId)).toMatchObject({ voided: false });
  });

  it.each([
    ['an unknown record', { objAPIName: 'BD_Customer', masterFieldVal: { FCUSTID: 'nope' } }, 'E404'],
    ['a body that is no standard record', '{"a":1}', 'E400'],
    ['a body that is no JSON', '{', 'E400'],
  ])('refuses %s with a code', async (_what, body, code) => {
    expect(await reply(send('update', body))).toMatchObject({ code });
  });

  it('answers 401 to a wrong token', async () => {
    const response = await send('create', customer('a4'), { token: 'wrong' });
    expect(response.status).toBe(401);
    expect((await erp.summary()).objects.BD_Customer?.doubled.sample).not.toContainEqual({ value: 'a4' });
  });

  it('speaks XML and text when asked in them', async () => {
    const xml =
      '<syncData><objAPIName>BD_Customer</objAPIName><masterFieldVal><FNumber>a5</FNumber></masterFieldVal>' +
      '<detailFieldVals><BD_Contact><FPhone>1</FPhone></BD_Contact></detailFieldVals></syncData>';
    const asXml = await send('create', xml, { 'content-type': 'application/xml' });
    expect(await asXml.text()).toMatch(/^<syncData><code>0<\/code>.*<BD_Contact>CT\d+<\/BD_Contact>/);
    const asText = await send('create', customer('a6'), { 'content-type': 'text/plain' });
    expect(asText.headers.get('content-type')).toContain('text/plain');
  });

  it('pages through a window that is closed at its start and open at its end', async () => {
    const object = 'Windowed';
    for (const stampedAt of [1000, 2000, 2000, 3000])
      await erp.edit(object, { master: { FNumber: '' }, stampedAt });
    const window = { objAPIName: object, startTime: '1000', endTime: '3000', includeDetail: 'true' };
    const first = await query('queryMasterBatch', { ...window, offset: '0', limit: '2' });
    const second = await query('queryMasterBatch', { ...window, offset: '2', limit: '2' });
    expect(first.data).toMatchObject({ totalNum: 3, dataList: [{ masterFieldVal: { FID: 'W000001' } }, {}] });
    expect(second.data).toMatchObject({ totalNum: 3, dataList: [{ masterFieldVal: { FID: 'W000003' } }] });
  });

  it('answers a record by its id, and null for one that it does not have', async () => {
    const dataId = await create(customer('a7', { big: 1 }));
    expect((await query('queryMasterById', { objAPIName: 'BD_Customer', dataId })).data).toMatchObject({
      masterFieldVal: { FCUSTID: dataId, FNumber: 'a7' },
    });
    expect((await query('queryMasterById', { objAPIName: 'BD_Customer', dataId: 'nope' })).data).toBeNull();
  });

  it('makes a second record of a repeated create, and shows it as doubled', async () => {
    const headers = { 'idempotency-key': 'key-1' };
    const record = { objAPIName: 'Doubled', masterFieldVal: { FNumber: 'x' } };
    await send('create', record, headers);
    await send('create', record, headers);
    const summary = (await erp.summary()).objects.Doubled;
    expect(summary).toMatchObject({ records: 2, calls: { create: 2, appliedAgain: 1 } });
    expect(summary?.doubled).toEqual({
      naturalKey: 'FNumber',
      surplus: 1,
      sample: [{ value: 'x', dataIds: ['D000001', 'D000002'] }],
    });
  });

  it('answers a repeated create from memory when idempotency is on', async () => {
    await erp.settings({ idempotency: true });
    const headers = { 'idempotency-key': 'key-2' };
    const record = { objAPIName: 'Once', masterFieldVal: {}, detailFieldVals: { R: [{}, {}] } };
    const first = await reply(send('create', record, headers));
    expect(await reply(send('create', record, headers))).toEqual(first);
    expect((await erp.summary()).objects.Once).toMatchObject({
      records: 1,
      calls: { create: 1, repeated: 1 },
    });
    await erp.settings({ idempotency: false });
  });
});

describe('a fault of the sandbox ERP', () => {
  const object = 'Faulty';
  const record = { objAPIName: object, masterFieldVal: { FNumber: 'f' } };
  const count = async (): Promise<number> => (await erp.records(object)).length;

  it('cuts a connection before or after the create is applied', async () => {
    const before = await count();
    await erp.addFault({ kind: 'cut', calls: 1 });
    await expect(send('create', record)).rejects.toThrow();
    expect(await count()).toBe(before);
    await erp.addFault({ kind: 'cut', calls: 1, apply: true });
    await expect(send('create', record)).rejects.toThrow();
    expect(await count()).toBe(before + 1);
    const { entries } = await erp.ledger({ objectApiName: object });
    expect(entries.slice(-2)).toMatchObject([
      { applied: false, fault: 'cut', status: null },
      { applied: true, fault: 'cut', status: null },
    ]);
  });

  it('answers 429 with Retry-After', async () => {
    await erp.addFault({ kind: 'status', status: 429, retryAfterSeconds: 7 });
    const response = await send('create', record);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it.each([
    ['garbage', /\]garbage$/],
    ['html', /^<!DOCTYPE html>/],
    ['empty', /^$/],
    ['truncate', /^\{"code":"0","message":"success","d/],
  ] as const)('answers 200 with %s', async (kind, body) => {
    await erp.addFault({ kind, apply: true });
    const response = await send('create', record);
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(body);
  });

  it('leaves a call unanswered until the faults are reset', async () => {
    await erp.addFault({ kind: 'stall' });
    const unanswered = expect(send('create', record)).rejects.toThrow();
    await eventually(async () => (await erp.faults())[0]?.hits === 1);
    await erp.resetFaults();
    await unanswered;
  });

  it('holds ids back', async () => {
    const withRows = { ...record, detailFieldVals: { R: [{}, {}] } };
    await erp.addFault({ kind: 'no-id', calls: 1 });
    expect((await reply(send('create', withRows))).data).toEqual({});
    await erp.addFault({ kind: 'short-details', calls: 1 });
    const { data } = await reply(send('create', withRows));
    expect((data as { detailDataIds: { R: string[] } }).detailDataIds.R).toHaveLength(1);
  });

  it('rejects with a code of its own, and only what it names', async () => {
    await erp.addFault({ kind: 'reject', objectApiName: object, code: 'E77', message: 'credit limit' });
    expect(await reply(send('create', record))).toEqual({ code: 'E77', message: 'credit limit' });
    expect(await reply(send('create', customer('a8')))).toMatchObject({ code: '0' });
  });
});
