import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { internalToken } from '@syncline/chassis';
import { channels, fieldDataTypes } from '@syncline/contract';
import { aDataCenter, anErpObject, aStream, aTenant, eventually, pushToken } from '@syncline/testkit';
import { internalSecret, startMapping, Surroundings, type RunningMapping } from './a-mapping.fixture.ts';

const billHead = 'BD_Customer.BillHead';
const streamId = '155bd981457343f291e0edc13776217f';
const path = (name: string) => `/erp/syncdata/open/callAPI/erp.syncData.${name}`;
const names = { sourceObjectApiName: 'AccountObj', destObjectApiName: billHead };
const success = { errCode: 's106240000', errMsg: 'success' };
const examples = join(import.meta.dirname, '../../../docs/examples');

let around: Surroundings;
let mapping: RunningMapping;

beforeAll(async () => {
  around = new Surroundings();
  await around.start({
    tenants: [
      aTenant({
        dataCenters: [aDataCenter(), aDataCenter({ id: 'data_center_id', channel: 'ERP_K3CLOUD' })],
      }),
      aTenant({ id: 'other', pushTokenHashes: [] }),
    ],
    erpObjects: [anErpObject({ apiName: billHead }), anErpObject({ apiName: billHead, tenantId: 'other' })],
    streams: [
      aStream({ id: streamId, dest: billHead }),
      aStream({ id: 'other-stream', tenantId: 'other', dest: billHead }),
    ],
  });
  mapping = await startMapping(around);
}, 120_000);
afterAll(async () => {
  await mapping.stop();
  await around.stop();
}, 60_000);

const call = (name: string, params: unknown, headers?: Record<string, string>) =>
  mapping.post(path(name), params, headers);
const query = async (ids: unknown, headers?: Record<string, string>) =>
  (await call('getSyncDataMappingBySourceDataId', { ...names, sourceDataId: ids }, headers)).body;

async function run(source: string, more: object = {}, headers?: Record<string, string>) {
  const { status, body } = await mapping.post('/functions/run', { file: 'x.js', source, ...more }, headers);
  return {
    status,
    ...body,
    ...(body.data as { ok?: boolean; log?: string[]; message?: string; value?: string }),
  };
}

describe("the specification's scripts", () => {
  it('insert, update and query the mapping table, line by line', async () => {
    const ran = await run(readFileSync(join(examples, 'mapping-table.js'), 'utf8'));
    expect(ran).toMatchObject({ ...success, ok: true });
    const shown =
      '[false, HttpResult(statusCode=200, content={"errCode":"s106240000","errMsg":"success"}, bytes=null), ]';
    expect(ran.log?.slice(0, 2)).toEqual([shown, shown]);
    const content = /content=(\{.*\}), bytes=null\), \]$/.exec(ran.log?.[2] ?? '')?.[1];
    expect(JSON.parse(content ?? '')).toEqual({
      ...success,
      data: {
        sourceDataId123: {
          sourceDataId: 'sourceDataId123',
          isCreated: true,
          destDataId: 'destDataId123666',
          sourceDataName: 'sourceDataName3666',
          updateTime: expect.any(Number),
          lastSyncStatus: 6,
          destTenantId: '81138',
          sourceObjectApiName: 'AccountObj',
          destObjectApiName: billHead,
          sourceTenantId: '81138',
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          lastSyncDataId: expect.any(String),
          status: 1,
        },
      },
    });
  });

  it('create a field mapping, and show the answer', async () => {
    const ran = await run(readFileSync(join(examples, 'field-mapping.js'), 'utf8'));
    const shown =
      '[false, HttpResult(statusCode=200, content={"errCode":"s106240000","errMsg":"success"}, bytes=null), ]';
    expect(ran).toMatchObject({ ok: true, log: [`ret is : ${shown}`] });
    const [entry] = await around.store.fieldMappings.find([
      {
        tenantId: '81138',
        dataCenterId: 'data_center_id',
        dataType: 'employee',
        side: 'crm',
        id: 'fsDataId',
      },
    ]);
    expect(entry).toMatchObject({
      channel: 'ERP_K3CLOUD',
      crmName: 'fsDataName',
      erpId: 'erpDataId',
      erpName: 'erpDataName',
    });
  });
});

describe('the mapping table', () => {
  it('answers the newest time, names and remark of a row, and leaves out unknown ids', async () => {
    await call('createSyncDataMapping', {
      ...names,
      ...{
        sourceDataId: 'T1',
        destDataId: 'E1',
        sourceDataName: 'one',
        destDataName: 'eins',
        remark: 'first',
      },
    });
    const before = (await query(['T1', 'nobody'])).data as Record<string, { id: string; updateTime: number }>;
    expect(Object.keys(before)).toEqual(['T1']);
    await call('updateSyncDataMapping', {
      ...names,
      ...{ sourceDataId: 'T1', destDataId: 'E2', sourceDataName: 'uno', remark: 'second' },
    });
    const { T1 } = (await query(['T1'])).data as Record<string, object>;
    expect(T1).toMatchObject({ destDataId: 'E2', sourceDataName: 'uno' });
    expect((T1 as { updateTime: number }).updateTime).toBeGreaterThan(before['T1']?.updateTime ?? Infinity);
    const [row] = (await around.store.mappingRows.readMany([before['T1']?.id ?? ''])).values();
    expect(row?.remark).toBe('second');
  });

  it('is the same from either side', async () => {
    await call('createSyncDataMapping', {
      ...names,
      sourceDataId: 'S1',
      destDataId: 'D1',
      destDataName: 'dest',
    });
    const turned = { sourceObjectApiName: billHead, destObjectApiName: 'AccountObj', sourceDataId: ['D1'] };
    const { body } = await call('getSyncDataMappingBySourceDataId', turned);
    expect(body.data).toMatchObject({
      D1: { destDataId: 'S1', sourceDataName: 'dest', destObjectApiName: 'AccountObj' },
    });
  });

  it('takes the id of the stream or its name, and says when it is neither', async () => {
    for (const ployDetailId of [streamId, 'Customers to ERP']) {
      const given = { ...names, ployDetailId, sourceDataId: 'P1', destDataId: 'PE1' };
      expect((await call('createSyncDataMapping', given)).body).toEqual(success);
    }
    const { status, body } = await call('createSyncDataMapping', {
      ...names,
      ...{ ployDetailId: 'gone', sourceDataId: 'P1', destDataId: 'PE1' },
    });
    expect([status, body.errCode]).toEqual([404, 's306240011']);
    expect(body.errMsg).toContain('ployDetailId gone is neither the id nor the name of a stream');
  });

  it('succeeds when it is there with the same values, and refuses another', async () => {
    const given = { ...names, sourceDataId: 'C1', destDataId: 'CE1' };
    expect((await call('createSyncDataMapping', given)).body).toEqual(success);
    expect((await call('createSyncDataMapping', given)).body).toEqual(success);
    const other = await call('createSyncDataMapping', { ...given, destDataId: 'CE2' });
    expect([other.status, other.body.errCode]).toEqual([409, 's306240012']);
    expect(other.body.errMsg).toContain('C1 is mapped to CE1');
  });

  it('is queried by up to 1000 ids', async () => {
    const ids = Array.from({ length: 1_000 }, (_, i) => `Q${String(i)}`);
    expect(await query(ids)).toEqual({ ...success, data: {} });
    const { errCode, errMsg } = await query([...ids, 'one more']);
    expect(errCode).toBe('s306240006');
    expect(errMsg).toContain('$.sourceDataId: 1001 ids; a query takes at most 1000, so send several');
  });

  it.each([
    ['no source object', { sourceObjectApiName: undefined }, 400, '$.sourceObjectApiName: is required'],
    ['no dest object', { destObjectApiName: '' }, 400, '$.destObjectApiName: is required'],
    [
      'an unknown pair',
      { destObjectApiName: 'Nothing' },
      404,
      'no stream of tenant 81138 pairs AccountObj with Nothing',
    ],
    ['no source id', { sourceDataId: null }, 400, '$.sourceDataId: is required'],
    ['a list for one id', { sourceDataId: ['A'] }, 400, '$.sourceDataId: expected a text'],
    ['no dest id', { destDataId: undefined }, 400, '$.destDataId: is required'],
    ['an object for a remark', { remark: {} }, 400, '$.remark: expected a text'],
    [
      'a data center nowhere',
      { dataCenterId: 'dc-9' },
      400,
      'dataCenterId dc-9 is not a data center of tenant 81138',
    ],
    ['an id that is too long', { destDataId: 'x'.repeat(513) }, 400, '$.destDataId: longer than 512 bytes'],
  ])('names what is wrong with %s, and the remedy', async (_what, over, status, message) => {
    const given = { ...names, sourceDataId: 'W1', destDataId: 'WE1', ...over };
    for (const name of ['createSyncDataMapping', 'updateSyncDataMapping']) {
      const answer = await call(name, given);
      expect(answer.status).toBe(status);
      expect(answer.body.errMsg).toContain(message);
      expect(answer.body.errMsg).toMatch(/(Correct|Send) .*\.$/);
      const inside = await run(
        `log.info(Fx.proxy.callAPI('erp.syncData.${name}', {}, ${JSON.stringify(given)})[1].content)`,
      );
      expect(JSON.parse(inside.log?.[0] ?? '')).toMatchObject({
        errCode: answer.body.errCode,
        errMsg: answer.body.errMsg,
      });
    }
  });

  it.each([
    ['a text', 'A1', '$.sourceDataId: expected a list of ids'],
    ['nothing', undefined, '$.sourceDataId: expected a list of ids'],
    ['an object in it', ['A', {}], '$.sourceDataId[1]: expected an id'],
    ['an empty id', [''], '$.sourceDataId[0]: expected an id'],
  ])('refuses %s for the ids of a query', async (_what, ids, message) => {
    expect((await query(ids)).errMsg).toContain(message);
  });

  it('is reached by the tenant itself alone', async () => {
    await call('createSyncDataMapping', { ...names, sourceDataId: 'X1', destDataId: 'XE1' });
    const other = { tenantId: 'other', token: internalToken(internalSecret, 'other') };
    expect((await query(['X1'], other)).data).toEqual({});
    expect((await query(['X1'], { token: pushToken })).data).toHaveProperty('X1');
    for (const headers of [
      { tenantId: 'other' },
      { token: internalToken('t'.repeat(32), '81138') },
      { token: '' },
      { tenantId: 'nobody', token: internalToken(internalSecret, 'nobody') },
    ]) {
      expect((await query(['X1'], headers)).errCode).toBe('s306240001');
    }
    const inside = await run(
      `log.info(Fx.proxy.callAPI('erp.syncData.getSyncDataMappingBySourceDataId', { tenantId: '81138' }, ${JSON.stringify({ ...names, sourceDataId: ['X1'] })})[1].content)`,
      {},
      other,
    );
    expect(inside.log).toEqual([JSON.stringify({ ...success, data: {} })]);
  });

  it('has no other calls', async () => {
    const answer = await call('deleteEverything', {});
    expect([answer.status, answer.body.errCode]).toEqual([404, 's306240011']);
    expect(answer.body.errMsg).toContain('there are erp.syncData.createSyncDataMapping, ');
  });
});

describe('createErpfieldmapping', () => {
  const data = { dataCenterId: 'dc-main', channel: 'OA', dataType: 'unit', fsDataId: 'kg', erpDataId: 'KGM' };
  const put = (over: object) => call('createErpfieldmapping', { ...data, ...over });

  it('takes every channel and every type of data', async () => {
    for (const channel of channels) {
      for (const dataType of fieldDataTypes) {
        const fsDataId = `${channel}-${dataType}`;
        expect((await put({ channel, dataType, fsDataId, erpDataId: `E-${fsDataId}` })).body).toEqual(
          success,
        );
        const [entry] = await around.store.fieldMappings.find([
          { tenantId: '81138', dataCenterId: 'dc-main', dataType, side: 'erp', id: `E-${fsDataId}` },
        ]);
        expect(entry).toMatchObject({ channel, dataType, crmId: fsDataId });
      }
    }
    expect([channels.join(), fieldDataTypes.join()]).toEqual([
      'ERP_K3CLOUD,ERP_SAP,ERP_U8,OA,STANDARD_CHANNEL',
      'employee,department,option,currency,country,unit',
    ]);
  });

  it('succeeds again with the same ids, and refuses another ERP id', async () => {
    expect((await put({})).body).toEqual(success);
    expect((await put({ fsDataName: 'kilogram' })).body).toEqual(success);
    expect((await put({ erpDataName: 'KILO' })).body).toEqual(success);
    const [entry] = await around.store.fieldMappings.find([
      { tenantId: '81138', dataCenterId: 'dc-main', dataType: 'unit', side: 'crm', id: 'kg' },
    ]);
    expect(entry).toMatchObject({ crmName: 'kilogram', erpName: 'KILO' });
    const other = await put({ erpDataId: 'KG' });
    expect([other.status, other.body.errCode]).toEqual([409, 's306240012']);
    expect(other.body.errMsg).toContain('unit kg is mapped to KGM');
  });

  it.each([
    ['no data center', { dataCenterId: '' }, '$.dataCenterId: is required'],
    ['another data center', { dataCenterId: 'x' }, 'dataCenterId x is not a data center of tenant 81138'],
    [
      'another channel',
      { channel: 'SAP' },
      '$.channel: expected one of ERP_K3CLOUD, ERP_SAP, ERP_U8, OA, STANDARD_CHANNEL',
    ],
    [
      'another type',
      { dataType: 'person' },
      '$.dataType: expected one of employee, department, option, currency, country, unit',
    ],
    ['no CRM id', { fsDataId: undefined }, '$.fsDataId: is required'],
    ['no ERP id', { erpDataId: null }, '$.erpDataId: is required'],
    ['a name that is no text', { erpDataName: [] }, '$.erpDataName: expected a text'],
  ])('names what is wrong with %s', async (_what, over, message) => {
    const answer = await put(over);
    expect(answer.status).toBe(400);
    expect(answer.body.errMsg).toContain(message);
  });
});

describe('push tokens given out beside the configuration', () => {
  it('are taken within seconds, and refused once revoked', async () => {
    const tenantId = '81138';
    const { token, issued } = await around.store.pushTokens.issue(
      { tenantId, name: 'x', expiresAt: null },
      1,
    );
    const code = async () => (await query(['nothing'], { token })).errCode;
    await eventually(async () => (await code()) === success.errCode, { withinMs: 5_000 });
    await around.store.pushTokens.revoke({ tenantId, id: issued.id }, 2);
    await eventually(async () => (await code()) === 's306240001', { withinMs: 5_000 });
  }, 20_000);
});

describe('a script', () => {
  it('is given the data center where its calls name none', async () => {
    const source = `const data = { channel: 'OA', dataType: 'country', fsDataId: 'cn', erpDataId: 'CN' };
      log.info(Fx.proxy.callAPI('erp.syncData.createErpfieldmapping', {}, data)[1].statusCode);`;
    expect((await run(source)).log).toEqual(['400']);
    expect((await run(source, { dataCenterId: 'dc-main' })).log).toEqual(['200']);
    expect(await run(source, { dataCenterId: 'dc-9' })).toMatchObject({ status: 400, errCode: 's306240005' });
  });

  it('that fails says where, with what it had logged', async () => {
    expect(await run('log.info("begun");\nthrow new Error("no");')).toMatchObject({
      status: 200,
      ok: false,
      log: ['begun'],
      message: 'x.js, line 2: Error: no',
    });
  });

  it('is run for nobody with a push token, and needs a text', async () => {
    expect(await run('1', {}, { token: pushToken })).toMatchObject({ status: 401 });
    expect(await run('')).toMatchObject({ status: 400, errMsg: expect.stringContaining('$.source') });
  });
});
