import { createHash } from 'node:crypto';
import { parseJson, recordKey, stringifyJson } from '@syncline/contract';
import { anErpObject, eventually } from '@syncline/testkit';
import {
  aCachedPush,
  aGate,
  startReceiver,
  Surroundings,
  type Gate,
  type Running,
} from './a-receiver.fixture.ts';
import { standardBody } from './http.fixture.ts';

const around = new Surroundings();
let receiver: Running;

/** Makes records of whatever the push says in `make`. */
const adapter = {
  kind: 'function' as const,
  source: `function adapt({ headers, contentType, body, raw }) {
    if (contentType.includes('xml')) return { objAPIName: 'Pushed', masterFieldVal: { FID: body.id, FName: body.name } };
    if (contentType.includes('text')) return { objAPIName: 'Pushed', masterFieldVal: { FID: raw } };
    console.log('asked for', headers['x-kind']);
    if (body.fail) throw new Error('no such unit');
    return body.records;
  }`,
};

beforeAll(async () => {
  await around.start({
    erpObjects: [anErpObject(), anErpObject({ apiName: 'Pushed', idField: 'FID', details: [], adapter })],
  });
  receiver = await startReceiver(around);
}, 60_000);
afterAll(async () => {
  await receiver.stop();
  await around.stop();
}, 30_000);

const success = { status: 200, errCode: 's106240000', errMsg: 'success' };
const recordOf = (dataId: string) =>
  eventually(() => around.recordsOf(dataId)[0] ?? Promise.reject(new Error(`no record ${dataId}`)), {
    withinMs: 20_000,
  });

/** Pushes without an id. */
function pushRaw(body: Buffer | string, contentType = 'application/json', over = {}) {
  return receiver.push('', body, {
    objectApiName: 'Pushed',
    'content-type': contentType,
    'x-kind': 'test',
    ...over,
  });
}

describe('the receiver', () => {
  it('brings a push on erp.records under its key, and nothing is left to announce', async () => {
    const body = standardBody({ FCUSTID: 'A1', FName: '客户' });
    expect(await receiver.push('A1', body)).toMatchObject(success);
    const record = await recordOf('A1');
    expect(record).toMatchObject({
      tenantId: '81138',
      dataCenterId: 'dc-main',
      objectApiName: 'BD_Customer',
      operation: 'upsert',
      via: 'push',
      record: { master: { FCUSTID: 'A1', FName: '客户' }, details: {} },
    });
    expect(around.records.find(({ record: { dataId } }) => dataId === 'A1')?.key).toBe(
      recordKey('81138', 'BD_Customer', 'A1'),
    );
    await eventually(async () => (await around.unannounced()).length === 0);
    const pushId = record.arrivalId.replace('push-', '');
    const cached = (await around.store.pushCache.getMany([pushId])).get(pushId);
    expect(cached?.body.toString()).toBe(body);
    expect(cached).toMatchObject({ dataId: 'A1', order: record.order });
  });

  it('voids with operationType 3', async () => {
    await receiver.push('V1', standardBody({}), { operationType: '3' });
    expect(await recordOf('V1')).toMatchObject({ operation: 'void' });
  });

  it('keeps every digit and every key on its way', async () => {
    const master =
      '{"__proto__":{"polluted":1},"long":12345678901234567890.10,"$where":1,"a.b":[1e400],"constructor":"x"}';
    await receiver.push(
      'K1',
      `{"objAPIName":"BD_Customer","masterFieldVal":${master},"detailFieldVals":{"D":[{"q":1.50}]}}`,
    );
    await recordOf('K1');
    const text = around.records.find(({ record }) => record.dataId === 'K1')?.text ?? '';
    expect(text).toContain(`"record":{"master":${master},"details":{"D":[{"q":1.50}]}}`);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes 64 levels', async () => {
    const nested = '['.repeat(62) + ']'.repeat(62);
    await receiver.push('N1', `{"objAPIName":"BD_Customer","masterFieldVal":{"deep":${nested}}}`);
    const text = stringifyJson((await recordOf('N1')).record?.master);
    expect(text).toBe(`{"deep":${nested}}`);
  });

  it('sends a large record by reference, its body stored before', async () => {
    const master = { FCUSTID: 'B1', FText: '字'.repeat(300_000) };
    expect(await receiver.push('B1', standardBody(master))).toMatchObject(success);
    const { bodyRef = '', record } = await recordOf('B1');
    expect(record).toBeUndefined();
    const text = (await around.store.bodies.getMany([bodyRef])).get(bodyRef) ?? '';
    expect(JSON.parse(text)).toEqual({ master, details: {} });
    expect(bodyRef).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('numbers pushes in the order in which they arrive', async () => {
    for (const n of [1, 2, 3]) await receiver.push('O1', standardBody({ n }));
    await eventually(() => around.recordsOf('O1').length === 3);
    const sent = around.recordsOf('O1');
    const sorted = [...sent].sort((a, b) => a.order - b.order);
    expect(sorted.map(({ record }) => record?.master['n'])).toEqual([1, 2, 3]);
  });

  it('gives 50 pushes of one id at once numbers of their own, in the order of the topic', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => receiver.push('P1', standardBody({ n }))),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    await eventually(() => around.recordsOf('P1').length === 50, { withinMs: 20_000 });
    const orders = around.recordsOf('P1').map(({ order }) => order);
    expect(orders).toEqual([...new Set(orders)].sort((a, b) => a - b));
  });
});

describe('a push without id', () => {
  it('becomes the records that the adapter makes of it, ordered by push and place', async () => {
    const one = (FID: string, n: number) => ({ objAPIName: 'Pushed', masterFieldVal: { FID, n } });
    const other = { objAPIName: 'BD_Customer', masterFieldVal: {}, id: 'R3', operationType: 3 };
    const records = [one('R1', 1), one('R2', 2), one('R1', 3), other];
    expect(await pushRaw(JSON.stringify({ records }))).toMatchObject(success);
    await recordOf('R3');
    await eventually(() => around.recordsOf('R1').length === 2 && around.recordsOf('R2').length === 1);
    const [first, second] = around.recordsOf('R1');
    expect([first?.record?.master['n'], second?.record?.master['n']]).toEqual([1, 3]);
    expect(second?.order).toBe((first?.order ?? 0) + 1);
    expect(around.recordsOf('R3')[0]).toMatchObject({ objectApiName: 'BD_Customer', operation: 'void' });
    expect(new Set(around.recordsOf('R1').map(({ arrivalId }) => arrivalId)).size).toBe(2);
    await pushRaw(JSON.stringify({ records: one('R1', 4) }));
    await eventually(() => around.recordsOf('R1').length === 3);
    expect(around.recordsOf('R1')[2]?.order).toBeGreaterThan(second?.order ?? Infinity);
  });

  it.each([
    ['a small', 'X1', 10],
    ['a large', 'X2', 40_000],
  ])('reads %s XML body as text', async (_size, id, length) => {
    const name = 'n'.repeat(length);
    await pushRaw(`<order><id>${id}</id><name>${name}</name></order>`, 'application/xml');
    expect((await recordOf(id)).record?.master).toEqual({ FID: id, FName: name });
  });

  const customer = Buffer.from('bfcdbba7', 'hex');
  it.each([
    [
      'XML that declares GBK',
      'G1',
      'text/xml',
      ['<?xml version="1.0" encoding="GBK"?><o><id>G1</id><name>', '</name></o>'],
    ],
    [
      'JSON whose header says GB18030',
      'G2',
      'application/json; charset=gb18030',
      ['{"records":{"objAPIName":"Pushed","masterFieldVal":{"FID":"G2","FName":"', '"}}}'],
    ],
  ])(
    'keeps the bytes of %s and gives its adapter their text',
    async (_name, id, contentType, [head = '', tail = '']) => {
      const body = Buffer.concat([Buffer.from(head), customer, Buffer.from(tail)]);
      expect(await pushRaw(body, contentType)).toMatchObject(success);
      const { record, arrivalId } = await recordOf(id);
      expect(record?.master).toEqual({ FID: id, FName: '客户' });
      const pushId = arrivalId.replace(/^push-/, '').replace(/-\d+$/, '');
      const cached = (await around.store.pushCache.getMany([pushId])).get(pushId);
      expect(cached?.body.equals(body)).toBe(true);
      expect(cached?.contentType).toBe(contentType);
    },
  );

  it('refuses a charset that it does not know before anything is kept', async () => {
    const refusal = await pushRaw('{}', 'application/json; charset=x-klingon');
    expect(refusal).toMatchObject({ status: 415, errCode: 's306240008' });
    expect(refusal.errMsg).toContain('"x-klingon"');
  });

  it('may become more records than the producer holds at once', async () => {
    const records = Array.from({ length: 60_000 }, (_, n) => ({
      objAPIName: 'Pushed',
      masterFieldVal: { FID: `m${n}` },
    }));
    await pushRaw(JSON.stringify({ records }));
    await eventually(() => around.recordsOf('m59999').length === 1, { withinMs: 60_000, everyMs: 200 });
    const many = around.records.filter(({ record }) => record.dataId.startsWith('m'));
    expect(new Set(many.map(({ record }) => record.dataId)).size).toBe(60_000);
  }, 90_000);

  it('reads a text body', async () => {
    await pushRaw('T1', 'text/plain');
    expect((await recordOf('T1')).record?.master).toEqual({ FID: 'T1' });
  });

  const outcomeWith = (words: string) =>
    eventually(
      () => {
        const outcome = around.outcomes.find(({ errorMessage }) => errorMessage?.includes(words));
        return outcome ?? Promise.reject(new Error(`no outcome with ${words}`));
      },
      { withinMs: 20_000 },
    );

  it('ends as a failed sync when the adapter fails, in the history and on sync.outcomes', async () => {
    expect(await pushRaw('{"fail":true}')).toMatchObject(success);
    const outcome = await outcomeWith('no such unit');
    expect(outcome).toMatchObject({
      status: 5,
      errorClass: 'broken',
      errorCode: 'adapter-failed',
      direction: 'erp-to-crm',
      source: { objectApiName: 'Pushed' },
    });
    const pushId = outcome.syncId.replace('push-', '');
    expect(outcome.errorMessage).toContain(`Push ${pushId} for Pushed`);
    const record = (await around.store.syncHistory.getMany([outcome.syncId])).get(outcome.syncId);
    expect(record).toMatchObject({
      status: 5,
      rowId: '',
      errorMessage: outcome.errorMessage,
      tenantId: '81138',
    });
    expect(record?.events.map(({ id }) => id)).toEqual(['received', 'adapter-log', 'finished']);
    await eventually(async () => (await around.unannounced()).length === 0);
    expect((await around.store.pushCache.getMany([pushId])).get(pushId)?.body.toString()).toBe(
      '{"fail":true}',
    );
  });

  it.each([
    ['record-without-id', { objAPIName: 'Pushed', masterFieldVal: { FName: 'W1' } }, 'a value in FID'],
    ['unknown-object', { objAPIName: 'Nothing', masterFieldVal: {} }, 'Nothing is not configured'],
    ['record-id-differs', { objAPIName: 'Pushed', masterFieldVal: { FID: 'a' }, id: 'b' }, 'its id is b'],
    ['record-id-too-long', { objAPIName: 'Pushed', masterFieldVal: { FID: 'x'.repeat(513) } }, '512 bytes'],
  ])('shows %s, and brings the other records', async (code, wrong, words) => {
    const id = `ok-${code}`;
    const right = { objAPIName: 'Pushed', masterFieldVal: { FID: id } };
    await pushRaw(JSON.stringify({ records: [wrong, right] }));
    await recordOf(id);
    const outcome = await outcomeWith(words);
    expect(outcome).toMatchObject({
      errorCode: code,
      errorMessage: expect.stringContaining('record 1 of 2'),
    });
  });

  it('reaches its adapter though the body is not what its content type says', async () => {
    await pushRaw('{"records": oops');
    expect((await outcomeWith('could not be parsed')).errorMessage).toContain('not JSON');
    await pushRaw('<a><b></a>', 'text/xml');
    expect((await outcomeWith('not XML: line 1')).errorCode).toBe('adapter-failed');
    await pushRaw(`<a>\n<b>${'x'.repeat(40_000)}</c></a>`, 'text/xml');
    expect((await outcomeWith('not XML: line 2')).errorCode).toBe('adapter-failed');
  });
});

describe('the receiver and a store that does not answer', () => {
  let gate: Gate;
  let behind: Running;

  beforeAll(async () => {
    const { mongodbUri } = around.place;
    const { hostname, port } = new URL(mongodbUri);
    gate = await aGate(hostname, Number(port));
    const through = new URL(mongodbUri);
    through.host = `127.0.0.1:${String(gate.port)}`;
    through.searchParams.set('directConnection', 'true');
    behind = await startReceiver(around, { mongodbUri: through.href });
    await eventually(async () => (await behind.push('S0')).status === 200, { withinMs: 20_000 });
  }, 60_000);
  afterAll(async () => {
    gate.thaw();
    await behind.stop();
    gate.close();
  }, 30_000);

  it('answers 009 with Retry-After within 2 s, and goes on by itself when the store is back', async () => {
    gate.freeze();
    const times: number[] = [];
    const pushes = Array.from({ length: 40 }, async (_, n) => {
      const began = performance.now();
      const answer = await behind.push(`S${String(n + 1)}`);
      times.push(performance.now() - began);
      return answer;
    });
    for (const answer of await Promise.all(pushes)) {
      expect(answer).toMatchObject({ status: 503, errCode: 's306240009' });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.errMsg).toContain('not cached');
    }
    expect(Math.max(...times)).toBeLessThan(2_000);
    gate.thaw();
    await eventually(async () => (await behind.push('S-back')).status === 200, { withinMs: 20_000 });
    await recordOf('S-back');
  }, 60_000);
});

describe('push tokens given out beside the configuration', () => {
  const erp = { tenantId: '81138', name: 'erp' };
  const status = async (token: string) => (await receiver.push('T1', undefined, { token })).status;

  it('are taken within seconds, and refused within seconds when revoked or expired, as unknown ones are', async () => {
    const { pushTokens } = around.store;
    const soon = Date.now() + 5_000;
    const given = await pushTokens.issue({ ...erp, expiresAt: null }, Date.now());
    const ending = await pushTokens.issue({ ...erp, name: 'ending', expiresAt: soon }, Date.now());
    await eventually(async () => (await status(given.token)) === 200, { withinMs: 5_000 });
    await eventually(async () => (await status(ending.token)) === 200, { withinMs: 4_000 });
    await pushTokens.revoke({ ...erp, id: given.issued.id }, Date.now());
    await eventually(async () => (await status(given.token)) === 401, { withinMs: 5_000 });
    await eventually(async () => (await status(ending.token)) === 401, { withinMs: 10_000 });
    const {
      traceId: _one,
      headers: _own,
      localPort: _port,
      ...unknown
    } = await receiver.push('T1', undefined, { token: 'x' });
    expect(await receiver.push('T1', undefined, { token: ending.token })).toMatchObject({
      ...unknown,
      errCode: 's306240001',
    });
  }, 40_000);
});

describe('retention', () => {
  it('removes pushes that were kept for long enough, and no others', async () => {
    const day = 24 * 3_600_000;
    const [old, young] = [31, 29].map((days) => aCachedPush(`kept-${String(days)}`, Date.now() - days * day));
    await around.store.pushCache.save([old!, young!]);
    const keeping = await startReceiver(around);
    await eventually(async () => (await around.store.pushCache.getMany([old!.id])).size === 0);
    expect((await around.store.pushCache.getMany([young!.id])).size).toBe(1);
    await keeping.stop();
  }, 30_000);
});

describe('settings', () => {
  it('bound the body', async () => {
    const small = await startReceiver(around, { maxBodyBytes: 1_000 });
    await eventually(async () => (await small.push('L1')).status === 200, { withinMs: 20_000 });
    expect(await small.push('L1', ' '.repeat(1_001))).toMatchObject({ status: 413, errCode: 's306240007' });
    await small.stop();
  }, 30_000);
});

describe('parseJson and the receiver', () => {
  it('agree on what is a record', async () => {
    await receiver.push(
      'J1',
      '{"masterFieldVal":{"a":1},"masterFieldVal":{"a":2},"objAPIName":"BD_Customer"}',
    );
    const { record } = await recordOf('J1');
    expect(record).toEqual({ master: parseJson('{"a":2}'), details: {} });
  });
});
