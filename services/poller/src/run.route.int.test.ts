import { eventually } from '@syncline/testkit';
import {
  aPoll,
  Erp,
  names,
  post,
  runUrl,
  Surroundings,
  taskIdOf,
  type RunningPoller,
} from './a-poller.fixture.ts';

// Store, broker and other tests share the machine.
const { jest } = import.meta;
jest.setTimeout(60_000);

const erp = new Erp();
const around = new Surroundings();
let poller: RunningPoller;
/** of the test that runs: each has one of its own */
let object = '';
let objects = 0;

beforeAll(async () => {
  await erp.start();
  await around.start();
  poller = await around.startPoller({ leaseWaitMs: 1_000 });
});
afterAll(async () => {
  await poller.stop();
  await around.stop();
  erp.stop();
});

/** An object that is polled when somebody says so, and once in the beginning. */
async function begin(poll = aPoll()): Promise<void> {
  erp.reset();
  object = `BD_${String((objects += 1))}`;
  await around.apply(erp.baseUrl, [{ apiName: object, poll }]);
  await polledOnce();
}

async function polledOnce(): Promise<void> {
  await eventually(async () => {
    const { triedAt, owner } = await around.task(object);
    return triedAt !== null && owner === null;
  });
}

const edit = (id: string, over: Parameters<Erp['edit']>[2] = {}): void => erp.edit(object, id, over);
const run = () => post(runUrl(poller, object));

describe('POST /poll-tasks/…/run', () => {
  it('polls now and answers when the window is on the topic', async () => {
    await begin();
    const first = await around.task(object);
    const before = Date.now();
    for (const id of names(25)) edit(id);
    await eventually(() => Date.now() > before + 1);
    const { status, body } = await run();
    expect(status).toBe(200);
    expect(body).toEqual({
      startTime: (first.checkpoint ?? 0) - 2_000,
      endTime: expect.any(Number),
      totalNum: 25,
      received: 25,
      pages: 3,
    });
    expect(Math.abs(Date.now() - Number(body['endTime']))).toBeLessThan(5_000);
    await around.received(object, names(25));
    const sample = around.recordsOf(object).find(({ record }) => record.dataId === 'C7');
    expect(sample).toMatchObject({
      key: `81138/${object}/C7`,
      record: {
        tenantId: '81138',
        dataCenterId: 'dc-main',
        objectApiName: object,
        operation: 'upsert',
        via: 'poll',
        record: { master: { FCUSTID: 'C7', FName: 'Customer C7' }, details: {} },
      },
    });
    const [window] = await around.windows(object);
    expect(window).toMatchObject({ ...body, status: 'complete', error: null, taskId: taskIdOf(object) });
    expect(await around.task(object)).toMatchObject({
      owner: null,
      checkpoint: body['endTime'],
      failures: 0,
    });
  });

  it('gives each page a higher order number than the one before', async () => {
    await begin();
    for (const id of names(30)) edit(id, { at: Date.now() - 1_000 });
    await run();
    await around.received(object, names(30));
    const orders = new Map<number, number>();
    for (const { record } of around.recordsOf(object))
      orders.set(record.order, (orders.get(record.order) ?? 0) + 1);
    expect([...orders.values()]).toEqual([10, 10, 10]);
    // The arrivals of one page have names of their own.
    expect(new Set(around.recordsOf(object).map(({ record }) => record.arrivalId)).size).toBe(30);
  });

  it('knows only objects that are polled', async () => {
    await begin();
    for (const path of ['81138/dc-main/BD_Other', `81138/dc-2/${object}`, `1/dc-main/${object}`]) {
      const { status, body } = await post(`${poller.url}/poll-tasks/${path}/run`);
      expect({ status, code: body['errCode'] }).toEqual({ status: 404, code: 's306240011' });
    }
  });

  it('polls an object that was applied a moment ago', async () => {
    await begin();
    await around.apply(erp.baseUrl, [{ apiName: 'BD_New', poll: aPoll() }]);
    erp.edit('BD_New', 'N1', { at: Date.now() - 1_000 });
    expect(await post(runUrl(poller, 'BD_New'))).toMatchObject({ status: 200, body: { received: 1 } });
  });

  it('says that another poller has the task when that does not end', async () => {
    await begin();
    await around.store.pollTasks.lease({
      taskId: taskIdOf(object),
      owner: 'another',
      until: Date.now() + 60_000,
      now: Date.now(),
    });
    const { status, body } = await run();
    expect({ status, code: body['errCode'] }).toEqual({ status: 409, code: 's306240012' });
    expect(body['errMsg']).toContain('is being polled');
  });

  it('waits for a task that is being polled, and polls then', async () => {
    await begin();
    const other = { taskId: taskIdOf(object), owner: 'another' };
    const leased = await around.store.pollTasks.lease({
      ...other,
      until: Date.now() + 60_000,
      now: Date.now(),
    });
    const running = run();
    edit('C1', { at: Date.now() - 1_000 });
    await around.store.pollTasks.release({ ...other, fence: leased?.fence ?? 0 });
    expect(await running).toMatchObject({ status: 200, body: { received: 1 } });
  });

  it('takes a lease that a clock far ahead has left', async () => {
    await begin();
    const until = Date.now() + 24 * 3_600_000;
    await around.store.pollTasks.lease({
      taskId: taskIdOf(object),
      owner: 'another',
      until,
      now: Date.now(),
    });
    expect((await run()).status).toBe(200);
  });

  it("answers with the ERP's words when it refuses, and keeps the checkpoint", async () => {
    await begin();
    const { checkpoint } = await around.task(object);
    erp.meanwhile = (_, response) => {
      response.end('{"code":"E77","message":"object is locked by a month-end run"}');
      return true;
    };
    const { status, body } = await run();
    expect({ status, code: body['errCode'] }).toEqual({ status: 500, code: 's306240099' });
    expect(body['errMsg']).toContain('object is locked by a month-end run (E77)');
    expect(JSON.stringify(body)).not.toContain('.ts:');
    const task = await around.task(object);
    expect(task).toMatchObject({ owner: null, checkpoint, failures: 1 });
    expect(task.lastError).toContain('month-end');
    expect((await around.windows(object))[0]).toMatchObject({ status: 'failed', error: task.lastError });
  });

  it('asks a page again that was cut off', async () => {
    await begin();
    for (const id of names(25)) edit(id, { at: Date.now() - 1_000 });
    let cuts = 0;
    erp.meanwhile = ({ offset }, response) => {
      if (offset !== 10 || (cuts += 1) > 2) return false;
      response.destroy();
      return true;
    };
    expect(await run()).toMatchObject({ status: 200, body: { received: 25, pages: 3 } });
    expect(cuts).toBe(3);
    expect((await around.task(object)).failures).toBe(0);
  });

  it('delivers what can be read beside rows without an id, and says which those are', async () => {
    await begin();
    for (const id of names(12)) edit(id, { at: Date.now() - 1_000 });
    edit('bad', { at: Date.now() - 1_500, master: { FCUSTID: null } });
    expect(await run()).toMatchObject({ body: { totalNum: 13, received: 12 } });
    const [window] = await around.windows(object);
    expect(window).toMatchObject({
      status: 'short',
      error: '1 rows are no records: row 0: masterFieldVal has no id in FCUSTID',
    });
    expect((await around.task(object)).checkpoint).toBe(window?.endTime);
  });

  it('sends a large record by reference', async () => {
    await begin();
    edit('big', { at: Date.now() - 1_000, master: { FText: 'é'.repeat(300_000) } });
    await run();
    await around.received(object, ['big']);
    const { record } = around.recordsOf(object)[0]!;
    expect(record.record).toBeUndefined();
    const text = (await around.store.bodies.getMany([record.bodyRef!])).get(record.bodyRef!);
    expect(JSON.parse(text!)).toMatchObject({ master: { FCUSTID: 'big', FText: 'é'.repeat(300_000) } });
  });

  it('reads many records of one timestamp, half-open, without loss', async () => {
    await begin();
    const at = Date.now() - 500;
    for (const id of names(95)) edit(id, { at });
    expect(await run()).toMatchObject({ body: { received: 95, pages: 10 } });
    expect(await run()).toMatchObject({ body: { received: 95 } });
    await around.received(object, names(95));
  });

  it('reads a window again whose pages move, shows that, and names each record once to what counts it', async () => {
    await begin();
    const at = Date.now() - 1_000;
    for (const id of names(35)) edit(id, { at });
    let pages = 0;
    // One enters before the reader's place, after the second page.
    erp.meanwhile = () => {
      pages += 1;
      if (pages === 3) edit('new', { at: at - 1 });
      return false;
    };
    expect(await run()).toMatchObject({ status: 200, body: { received: 36 } });
    await around.received(object, [...names(35), 'new']);
    const [window] = await around.windows(object);
    expect(window).toMatchObject({ status: 'complete', received: 36, readings: 2 });
    const arrived = around.recordsOf(object).map(({ record }) => record);
    const counted = arrived.filter(({ origin }) => origin?.windowId === window?.id);
    expect(counted.map(({ dataId }) => dataId).sort()).toEqual([...names(35), 'new'].sort());
    expect(arrived.length).toBeGreaterThan(36);
  });

  it('has what the ERP commits late, if the overlap is as long', async () => {
    await begin();
    const stamped = Date.now();
    await eventually(() => Date.now() > stamped);
    expect(await run()).toMatchObject({ body: { received: 0 } });
    edit('late', { at: stamped });
    expect(await run()).toMatchObject({ body: { received: 1 } });
  });

  it.each([-600_000, 600_000])(
    'misses nothing of an ERP whose clock is %s ms off',
    async (skewMs) => {
      erp.skewMs = skewMs;
      await begin(aPoll({ startFrom: Date.now() - 3_600_000 }));
      for (const id of names(3)) {
        edit(id);
        const edited = Date.now();
        // HTTP tells whole seconds.
        await eventually(() => Date.now() > edited + 1_000, { everyMs: 50 });
        await run();
      }
      await around.received(object, names(3));
    },
    30_000,
  );
});

describe('POST /poll-tasks/…/records/{dataId}/fetch', () => {
  const fetchUrl = (dataId: string, of = object): string =>
    `${poller.url}/poll-tasks/81138/dc-main/${of}/records/${encodeURIComponent(dataId)}/fetch`;

  it('puts the record on the topic as the ERP has it now', async () => {
    await begin();
    edit('a/b c', { at: 1 });
    expect(await post(fetchUrl('a/b c'))).toEqual({ status: 200, body: { found: true } });
    await around.received(object, ['a/b c']);
    expect(around.recordsOf(object)[0]).toMatchObject({
      key: `81138/${object}/a/b c`,
      record: { via: 'fetch', operation: 'upsert', order: expect.any(Number) },
    });
  });

  it('says when the ERP has none, and puts nothing on the topic', async () => {
    await begin();
    expect(await post(fetchUrl('gone'))).toEqual({ status: 200, body: { found: false } });
    expect(around.recordsOf(object)).toEqual([]);
  });

  it('knows only configured objects, polled or not', async () => {
    await begin();
    expect(await post(fetchUrl('C1', 'BD_Other'))).toMatchObject({
      status: 404,
      body: { errCode: 's306240011' },
    });
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Pushed', poll: null }]);
    erp.edit('BD_Pushed', 'P1');
    expect(await post(fetchUrl('P1', 'BD_Pushed'))).toMatchObject({ body: { found: true } });
  });
});
