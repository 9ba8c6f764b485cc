import { stringifyJson } from '@syncline/contract';
import { eventually } from '@syncline/testkit';
import { anErp, aWrite, startPusher, Surroundings } from './a-pusher.fixture.ts';

let erp: Awaited<ReturnType<typeof anErp>>;
let around: Surroundings;
let pusher: { stop(): Promise<void> };
let normalAnswer: typeof erp.answer;

beforeAll(async () => {
  erp = await anErp();
  normalAnswer = erp.answer;
  around = new Surroundings();
  await around.start({ baseUrl: erp.baseUrl, breaker: { failures: 4, probeSeconds: 1 } });
  pusher = await startPusher(around);
}, 60_000);
afterAll(async () => {
  await pusher.stop();
  await around.stop();
  erp.stop();
});
beforeEach(() => {
  erp.asked.length = 0;
  erp.answer = normalAnswer;
});

const answering =
  (body: string, status = 200): typeof erp.answer =>
  (response) => {
    response.writeHead(status).end(body);
  };

describe('a write to the ERP', () => {
  it('is created, and the result carries its ids and an order number', async () => {
    const write = aWrite();
    const result = await around.ask(write);
    expect(result).toMatchObject({
      rowId: write.rowId,
      operation: 'create',
      outcome: { kind: 'accepted', dataId: 'E1', detailIds: { BD_Contact: ['D1'] } },
      call: { method: 'POST', status: 200 },
    });
    expect(erp.asked[0]).toMatchObject({ path: '/erp/create', headers: { 'idempotency-key': write.syncId } });
    expect(around.results.find((one) => one.result.syncId === write.syncId)?.key).toBe(
      `81138/AccountObj/${write.source.dataId}`,
    );
  });

  it('carries the id on an update, a void and a recover, and has a rising order', async () => {
    const orders: number[] = [];
    for (const operation of ['update', 'void', 'recover'] as const) {
      const { outcome } = await around.ask(aWrite({ operation, dataId: '900719925474099312' }));
      if (outcome.kind === 'accepted') orders.push(outcome.order);
    }
    expect(orders).toEqual([...orders].sort((a, b) => a - b));
    expect(orders).toHaveLength(3);
    expect(erp.asked.map(({ path, headers }) => [path, headers['operationtype']])).toEqual([
      ['/erp/update', undefined],
      ['/erp/update', '3'],
      ['/erp/update', undefined],
    ]);
    for (const { body } of erp.asked) expect(body).toContain('"FCUSTID":"900719925474099312"');
  });

  it('that its row does not wait for any more is dropped', async () => {
    const old = aWrite({ operation: 'update', dataId: 'E1', rowId: 'rowX' });
    const current = aWrite({ operation: 'update', dataId: 'E1', rowId: 'rowX' });
    const ofNoRow = aWrite({ rowId: 'no-such-row' });
    await around.inFlight(current);
    await around.publish(ofNoRow, old, current);
    await around.nextResult(current, 0);
    expect(around.resultsOf(old)).toHaveLength(0);
    expect(erp.asked).toHaveLength(1);
  });

  it('with an unknown outcome tells when it was attempted, and is not sent again when it comes again', async () => {
    erp.answer = () => undefined;
    const write = aWrite();
    const startedAt = Date.now();
    const first = await around.ask(write);
    expect(first.outcome).toMatchObject({ kind: 'unknown', code: 'deadline' });
    if (first.outcome.kind !== 'unknown') throw new Error('not unknown');
    expect(first.outcome.attemptedFrom).toBeGreaterThanOrEqual(startedAt);
    expect(first.outcome.attemptedTo - first.outcome.attemptedFrom).toBeGreaterThanOrEqual(900);
    erp.answer = normalAnswer;
    await around.publish(write);
    expect(await around.nextResult(write, 1)).toEqual(first);
    expect(erp.asked).toHaveLength(1);
  });

  it('that another process began and did not end is asked about after its deadline', async () => {
    const write = aWrite();
    const attempt = { ...write, id: `${write.syncId}/1`, startedAt: 1_000, deadline: 31_000 };
    const { id, rowId, tenantId, dataCenterId, startedAt, deadline } = attempt;
    await around.store.erpAttempts.open([{ id, rowId, tenantId, dataCenterId, startedAt, deadline }]);
    expect((await around.ask(write)).outcome).toMatchObject({
      kind: 'unknown',
      code: 'no-stored-answer',
      attemptedFrom: 1_000,
      attemptedTo: 31_000,
      askAfter: 31_000,
    });
    expect(erp.asked).toHaveLength(0);
  });

  it('that adds rows is guarded like a create, and a plain update is not', async () => {
    erp.answer = answering('oops', 500);
    const outcomeOf = async (guarded: boolean) =>
      (await around.ask(aWrite({ operation: 'update', dataId: 'E1', guarded }))).outcome;
    expect(await outcomeOf(true)).toMatchObject({ kind: 'unknown' });
    expect(await outcomeOf(false)).toMatchObject({ kind: 'transient' });
    erp.answer = normalAnswer;
    expect(await outcomeOf(false)).toMatchObject({ kind: 'accepted' });
  });

  it('that the ERP refuses tells its code and message', async () => {
    erp.answer = answering('{"code":"E7","message":"FName is too long"}');
    expect((await around.ask(aWrite())).outcome).toEqual({
      kind: 'rejected',
      code: 'E7',
      message: 'FName is too long',
    });
  });

  it('takes a large record from the store with every digit', async () => {
    const text = '{"master":{"FName":"big","FSum":12345678901234567890.10},"details":{}}';
    await around.store.bodies.put([{ id: 'body-1', text }]);
    const { record: _record, ...write } = aWrite({ bodyRef: 'body-1' });
    expect((await around.ask(write)).outcome.kind).toBe('accepted');
    expect(erp.asked[0]?.body).toContain('"FSum":12345678901234567890.10');
    const { record: _other, ...gone } = aWrite({ bodyRef: 'no-such-body' });
    expect((await around.ask(gone)).outcome).toMatchObject({ kind: 'broken', code: 'no-record' });
  });

  it('to what is not configured any more ends as stream gone', async () => {
    for (const gone of [{ objectApiName: 'BD_Old' }, { dataCenterId: 'dc-old' }, { tenantId: '1' }]) {
      expect((await around.ask(aWrite(gone))).outcome).toMatchObject({ kind: 'broken', code: 'stream-gone' });
    }
  });

  it('that nobody can read does not stop the others', async () => {
    await around.publishRaw('{"syncId":');
    expect((await around.ask(aWrite())).outcome.kind).toBe('accepted');
  });
});

describe('a question to the ERP', () => {
  it('reads a record again, exact numbers and all', async () => {
    erp.answer = answering('{"code":"0","data":{"masterFieldVal":{"FCUSTID":"E1","FSum":1.10}}}');
    const { record: _record, ...read } = aWrite({ operation: 'read', dataId: 'E1' });
    const { outcome } = await around.ask(read);
    expect(outcome.kind).toBe('read');
    expect(stringifyJson(outcome)).toContain('"FSum":1.10');
    expect(erp.asked[0]?.path).toBe(
      '/erp/queryMasterById?objAPIName=BD_Customer&dataId=E1&includeDetail=true',
    );
  });

  it('tells that there is no such record, and does not take another one for it', async () => {
    erp.answer = answering('{"code":"0","data":null}');
    expect((await around.ask(aWrite({ operation: 'read', dataId: 'E1' }))).outcome).toMatchObject({
      record: null,
    });
    erp.answer = answering('{"code":"0","data":{"masterFieldVal":{"FCUSTID":"E2"}}}');
    expect((await around.ask(aWrite({ operation: 'read', dataId: 'E1' }))).outcome).toMatchObject({
      code: 'wrong-record',
    });
  });

  it('finds what an unanswered create made', async () => {
    erp.answer = (response, { path }) => {
      const isFirst = path.includes('offset=0');
      const row = '{"masterFieldVal":{"FCUSTID":"E9","FNumber":"C-9"}}';
      response.end(`{"code":"0","data":{"totalNum":1,"dataList":[${isFirst ? row : ''}]}}`);
    };
    const find = {
      operation: 'find',
      match: [{ field: 'FNumber', value: 'C-9' }],
      attemptedFrom: 1,
      attemptedTo: 2,
    } as const;
    const { outcome } = await around.ask(
      aWrite({ ...find, match: [...find.match], attemptedFrom: 500_000, attemptedTo: 530_000 }),
    );
    expect(outcome).toEqual({ kind: 'found', candidates: [{ dataId: 'E9' }] });
    expect(erp.asked[0]?.path).toContain('startTime=380000&endTime=650000');
  });
});

describe('a data center that is down', () => {
  it('has its writes deferred without a call, and takes them again when a probe is well', async () => {
    erp.answer = answering('', 503);
    for (let i = 0; i < 4; i += 1) {
      expect((await around.ask(aWrite({ operation: 'update', dataId: 'E1' }))).outcome.kind).toBe(
        'transient',
      );
    }
    const write = aWrite();
    expect((await around.ask(write)).outcome).toMatchObject({
      kind: 'deferred',
      reason: expect.stringContaining('breaker'),
    });
    expect(erp.asked).toHaveLength(4);
    erp.answer = normalAnswer;
    // As mapping does, under the next number: a deferred one is answered the same when it is delivered again.
    let { attempt } = write;
    const askAgain = () => around.ask({ ...write, attempt: (attempt += 1) });
    await eventually(async () => (await askAgain()).outcome.kind === 'accepted', {
      withinMs: 50_000,
      everyMs: 200,
    });
  });
});
