import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, startSyncline, type RunningSyncline } from '@syncline/testkit';
import { startOutsideCrm, type OutsideCrm } from './outside-crm.ts';
import { startOutsideErp, type OutsideErp } from './outside-erp.ts';

const minutes = 60_000;
const soon = { withinMs: 60_000, everyMs: 100 };

const config = (baseUrl: string) => `
tenants:
  - id: "900"
    name: Outside
    pushTokens: ["\${env:OUTSIDE_PUSH_TOKEN}"]
    dataCenters:
      - { id: main, channel: STANDARD_CHANNEL, baseUrl: "${baseUrl}", token: outside-secret }
erpObjects:
  - tenantId: "900"
    dataCenterId: main
    apiName: ORDERS
    idField: FID
    nameField: TITLE
    matchFields: [CODE]
    details: [ { apiName: LINES, idField: LID } ]
    poll: { everyMinutes: 6, pageSize: 2 }
streams:
  - id: to-erp
    name: Deals to orders
    tenantId: "900"
    dataCenterId: main
    direction: crm-to-erp
    source: Deal
    dest: ORDERS
    triggers: [create, update, invalid]
    filter: 'stage != "draft"'
    fields:
      - { to: CODE, from: code, required: true }
      - { to: TITLE, expression: 'name & " (" & code & ")"' }
      - { to: KIND, value: DEAL }
      - { to: RANK, from: rank, options: { "1": A, "2": B } }
      - { to: OWNER, from: owner, lookup: employee, default: nobody }
    details: [ { source: DealLine, dest: LINES, fields: [ { to: QTY, from: qty } ] } ]
  - id: to-crm
    name: Orders to deals
    tenantId: "900"
    dataCenterId: main
    direction: erp-to-crm
    source: ORDERS
    dest: Ticket
    fields: [ { to: code, from: CODE, required: true }, { to: name, from: TITLE } ]
    details: [ { source: LINES, dest: TicketLine, fields: [ { to: qty, from: QTY } ] } ]
`;

describe('an ERP and a CRM that know only the contract', () => {
  let folder: string;
  let system: RunningSyncline;
  let erp: OutsideErp;
  let crm: OutsideCrm;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'syncline outsiders '));
    erp = await startOutsideErp();
    writeFileSync(join(folder, 'all.yaml'), config(erp.baseUrl));
    system = await startSyncline({
      config: folder,
      sandbox: false,
      env: { OUTSIDE_PUSH_TOKEN: 'outside-push' },
    });
    crm = await startOutsideCrm(system, '900');
  }, 5 * minutes);
  afterAll(async () => {
    await crm.stop();
    await erp.stop();
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 2 * minutes);

  const headers = { token: 'outside-push', tenantId: '900', objectApiName: 'ORDERS', version: 'v1' };

  async function push(body: string | object, changed: Record<string, string | undefined> = {}) {
    const all: Record<string, string | undefined> = {
      'content-type': 'application/json',
      ...headers,
      ...changed,
    };
    const sent = Object.entries(all).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    );
    const response = await fetch(`${system.url('receiver')}/erp/syncdata/open/objdata/asyncpush`, {
      method: 'POST',
      headers: sent,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return {
      status: response.status,
      ...((await response.json()) as { errCode: string; errMsg: string; traceId?: string }),
    };
  }
  const order = (id: string) => ({
    objAPIName: 'ORDERS',
    masterFieldVal: { FID: id, CODE: `C-${id}`, TITLE: `Order ${id}` },
  });

  it('writes a pushed record to the CRM and its next state as an update', async () => {
    expect(await push(order('P1'), { id: 'P1' })).toMatchObject({
      status: 200,
      errCode: 's106240000',
      errMsg: 'success',
    });
    const create = await eventually(
      () => crm.writes.find(({ source }) => source.dataId === 'P1') ?? false,
      soon,
    );
    expect(create).toMatchObject({
      operation: 'create',
      tenantId: '900',
      objectApiName: 'Ticket',
      data: { code: 'C-P1', name: 'Order P1' },
    });
    await eventually(
      () => crm.outcomes.some(({ source, status }) => source.dataId === 'P1' && status === 6),
      soon,
    );
    const changed = { ...order('P1'), masterFieldVal: { FID: 'P1', CODE: 'C-P1', TITLE: 'Changed' } };
    await push(changed, { id: 'P1' });
    const update = await eventually(
      () => crm.writes.find(({ data }) => data['name'] === 'Changed') ?? false,
      soon,
    );
    expect(update).toMatchObject({ operation: 'update', dataId: 'crm-P1' });
    expect(update.revision).toBeGreaterThan(create.revision);
  });

  it('voids a record with operationType 3', async () => {
    expect(await push(order('P1'), { id: 'P1', operationType: '3' })).toMatchObject({ status: 200 });
    const write = await eventually(
      () => crm.writes.find(({ operation }) => operation === 'invalid') ?? false,
      soon,
    );
    expect(write.dataId).toBe('crm-P1');
  });

  it('writes a CRM event to the ERP with mapped fields and rows, and a change as an update with the ids', async () => {
    await crm.emit(
      'create Deal',
      'D1',
      { name: 'Big', code: 'K1', stage: 'won', rank: 2, owner: 'u1' },
      { DealLine: [{ _id: 'L1', qty: 3 }] },
    );
    const create = await eventually(
      () => erp.calls.find(({ body }) => body?.masterFieldVal['CODE'] === 'K1') ?? false,
      soon,
    );
    expect(create.path).toBe('/api/create');
    expect(create.headers).toMatchObject({
      token: 'outside-secret',
      'idempotency-key': expect.stringMatching(/.+/) as string,
      traceparent: expect.stringMatching(/^00-/) as string,
    });
    expect(create.body).toEqual({
      objAPIName: 'ORDERS',
      masterFieldVal: { CODE: 'K1', TITLE: 'Big (K1)', KIND: 'DEAL', RANK: 'B', OWNER: 'nobody' },
      detailFieldVals: { LINES: [{ QTY: 3 }] },
    });
    await eventually(
      () => crm.outcomes.some(({ source, status }) => source.dataId === 'D1' && status === 6),
      soon,
    );
    await crm.emit(
      'update Deal',
      'D1',
      { name: 'Bigger', code: 'K1', stage: 'won', rank: 1, owner: 'u1' },
      { DealLine: [{ _id: 'L1', qty: 4 }] },
    );
    const update = await eventually(
      () => erp.calls.find(({ path }) => path === '/api/update') ?? false,
      soon,
    );
    expect(update.body?.masterFieldVal).toMatchObject({ FID: 'E1', TITLE: 'Bigger (K1)', RANK: 'A' });
    expect(update.body?.detailFieldVals).toEqual({ LINES: [{ QTY: 4, LID: 'E1-1' }] });
  });

  it('skips what the filter does not take, and fails what does not map with field and value', async () => {
    await crm.emit('create Deal', 'D2', { name: 'Draft', code: 'K2', stage: 'draft' });
    await eventually(
      () => crm.outcomes.some(({ source, status }) => source.dataId === 'D2' && status === 7),
      soon,
    );
    await crm.emit('create Deal', 'D3', { name: 'Odd', code: 'K3', stage: 'won', rank: 9 });
    const failed = await eventually(
      () => crm.outcomes.find(({ source, status }) => source.dataId === 'D3' && status === 5) ?? false,
      soon,
    );
    expect(failed.errorMessage).toMatch(/RANK.*"9"/);
  });

  it('polls pages until the total is there', async () => {
    const url = `${system.url('poller')}/poll-tasks/900/main/ORDERS/run`;
    for (const id of ['Q1', 'Q2', 'Q3', 'Q4', 'Q5'])
      erp.records.set(id, { ...order(id), changedAt: Date.now() - 1000 });
    const window = (await (await fetch(url, { method: 'POST' })).json()) as {
      totalNum: number;
      received: number;
    };
    expect(window.received).toBe(window.totalNum);
    expect(window.received).toBeGreaterThanOrEqual(5);
    await eventually(() => crm.writes.filter(({ source }) => /^Q\d$/.test(source.dataId)).length === 5, soon);
  });

  it('names what is wrong with a push, and lives on', async () => {
    const id = { id: 'X1' };
    const cases: [string, string, Record<string, string | undefined>, string | object][] = [
      ['s306240001', 'token', { ...id, token: 'wrong' }, order('X1')],
      ['s306240001', 'token', { ...id, tenantId: '901' }, order('X1')],
      ['s306240002', 'version', { ...id, version: undefined }, order('X1')],
      ['s306240003', 'version', { ...id, version: 'v2' }, order('X1')],
      ['s306240004', 'objectApiName', { ...id, objectApiName: 'NOPE' }, order('X1')],
      ['s306240005', 'dataCenterId', { ...id, dataCenterId: 'other' }, order('X1')],
      ['s306240002', 'operationType', { ...id, operationType: '9' }, order('X1')],
      ['s306240008', 'content', { ...id, 'content-type': 'image/png' }, order('X1')],
      ['s306240006', '', id, '{"objAPIName":'],
      ['s306240006', 'masterFieldVal', id, { objAPIName: 'ORDERS', masterFieldVal: [] }],
      ['s306240006', 'objAPIName', id, { ...order('X1'), objAPIName: 'OTHER' }],
      ['s306240006', 'FID', id, order('X2')],
      [
        's306240006',
        '',
        id,
        `{"objAPIName":"ORDERS","masterFieldVal":{"a":${'['.repeat(70)}${']'.repeat(70)}}}`,
      ],
      ['s306240013', '', {}, order('X1')],
    ];
    for (const [errCode, word, changed, body] of cases) {
      const reply = await push(body, changed);
      expect({ changed, ...reply }).toMatchObject({ changed, errCode });
      expect(reply.errMsg.toLowerCase()).toContain(word.toLowerCase());
      expect(reply.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(reply.errMsg).not.toMatch(/\bat .*\.(js|ts):\d+/);
    }
    expect(await push(order('X9'), { id: 'X9' })).toMatchObject({ status: 200 });
    await eventually(() => crm.writes.some(({ source }) => source.dataId === 'X9'), soon);
  });

  it('sends what nobody can read to the dead letters, with where it was', async () => {
    await crm.send('crm.events', 'no json');
    await crm.send('crm.events', null);
    await eventually(() => crm.deadLetters.length >= 2, soon);
    expect(crm.deadLetters.map(({ value }) => value?.toString() ?? null)).toEqual(
      expect.arrayContaining(['no json']),
    );
    for (const { headers: where } of crm.deadLetters) {
      expect(where).toMatchObject({
        topic: `${system.topicPrefix}crm.events`,
        partition: expect.stringMatching(/^\d+$/) as string,
        offset: expect.stringMatching(/^\d+$/) as string,
      });
      expect(where['reason']).not.toBe('');
    }
  });

  it('keeps and tells mappings through the Open API', async () => {
    const call = async (name: string, parameters: object, changed: Record<string, string> = {}) => {
      const response = await fetch(
        `${system.url('mapping')}/erp/syncdata/open/callAPI/erp.syncData.${name}`,
        {
          method: 'POST',
          headers: { token: 'outside-push', tenantId: '900', 'content-type': 'application/json', ...changed },
          body: JSON.stringify(parameters),
        },
      );
      return (await response.json()) as { errCode: string; data?: Record<string, object> };
    };
    const names = { sourceObjectApiName: 'Deal', destObjectApiName: 'ORDERS' };
    const created = {
      ...names,
      ployDetailId: 'to-erp',
      sourceDataId: 'M1',
      destDataId: 'E900',
      sourceDataName: 'a',
      destDataName: 'b',
    };
    expect(await call('createSyncDataMapping', created)).toEqual({
      errCode: 's106240000',
      errMsg: 'success',
    });
    expect(await call('createSyncDataMapping', created)).toMatchObject({ errCode: 's106240000' });
    expect(await call('createSyncDataMapping', { ...created, destDataId: 'E901' })).toMatchObject({
      errCode: 's306240012',
    });
    expect(
      await call('updateSyncDataMapping', { ...names, sourceDataId: 'M1', destDataId: 'E902' }),
    ).toMatchObject({ errCode: 's106240000' });
    expect(
      await call('updateSyncDataMapping', { ...names, sourceDataId: 'none', destDataId: 'E1' }),
    ).toMatchObject({ errCode: 's306240011' });
    const { data } = await call('getSyncDataMappingBySourceDataId', {
      ...names,
      sourceDataId: ['M1', 'unknown'],
    });
    expect(Object.keys(data ?? {})).toEqual(['M1']);
    expect(Object.keys(data?.['M1'] ?? {}).sort()).toEqual(
      [
        'sourceDataId',
        'isCreated',
        'destDataId',
        'sourceDataName',
        'updateTime',
        'lastSyncStatus',
        'destTenantId',
        'sourceObjectApiName',
        'destObjectApiName',
        'sourceTenantId',
        'id',
        'lastSyncDataId',
        'status',
      ].sort(),
    );
    expect(data?.['M1']).toMatchObject({ destDataId: 'E902', isCreated: true, status: 1 });
    const employee = {
      dataCenterId: 'main',
      channel: 'ERP_K3CLOUD',
      dataType: 'employee',
      fsDataId: 'u7',
      fsDataName: 'Ann',
      erpDataId: 'W7',
      erpDataName: 'Ann',
    };
    expect(await call('createErpfieldmapping', employee)).toMatchObject({ errCode: 's106240000' });
    expect(await call('createErpfieldmapping', { ...employee, dataType: 'pet' })).toMatchObject({
      errCode: 's306240006',
    });
    expect(await call('createSyncDataMapping', created, { token: 'wrong' })).toMatchObject({
      errCode: 's306240001',
    });
    expect(await call('nothing', {})).toMatchObject({ errCode: 's306240011' });
    await crm.emit('create Deal', 'D7', { name: 'Owned', code: 'K7', stage: 'won', owner: 'u7' });
    const owned = await eventually(
      () => erp.calls.find(({ body }) => body?.masterFieldVal['CODE'] === 'K7') ?? false,
      soon,
    );
    expect(owned.body?.masterFieldVal['OWNER']).toBe('W7');
  });
});
