import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, freePort } from '@syncline/testkit';
import { aPoll, Erp, names, post, runUrl, Surroundings } from './a-poller.fixture.ts';

// Store, broker and other tests share the machine.
const { jest } = import.meta;
jest.setTimeout(60_000);

// The built service, as `./syncline up` runs it: run `tsc -b` first.
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const erp = new Erp();
const around = new Surroundings();
const children: ChildProcess[] = [];

beforeAll(async () => {
  await erp.start();
  await around.start();
});
afterAll(async () => {
  await around.stop();
  erp.stop();
});
beforeEach(() => erp.reset());
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL');
});

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}

async function startProcess(): Promise<{ child: ChildProcess; url: string; output: () => string }> {
  const port = await freePort();
  const { kafkaBrokers, mongodbUri, topicPrefix } = around.place;
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    KAFKA_BROKERS: kafkaBrokers.join(','),
    MONGODB_URI: mongodbUri,
    SYNCLINE_TOPIC_PREFIX: topicPrefix,
    POLLER_PORT: String(port),
    POLLER_LEASE_SECONDS: '2',
    LOG_LEVEL: 'debug',
  };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => (await fetch(`${url}/readyz`)).ok, { withinMs: 40_000 });
  return { child, url, output: () => output };
}

/** The ERP keeps the answer that begins at `offset` back, once. */
function holdAt(object: string, offset: number): { isReached(): boolean; release(): void } {
  const held: (() => void)[] = [];
  erp.meanwhile = (asked) =>
    asked.objectApiName === object && asked.offset === offset && held.length === 0
      ? new Promise((resolve) => held.push(() => resolve(false)))
      : false;
  return { isReached: () => held.length === 1, release: () => held[0]?.() };
}

describe('the poller process', () => {
  it('killed in the middle of a window reads it again from its beginning, without a gap', async () => {
    for (const id of names(100)) erp.edit('BD_Killed', id, { at: Date.now() - 10_000 });
    const hold = holdAt('BD_Killed', 50);
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Killed', poll: aPoll() }]);
    const first = await startProcess();
    await eventually(() => hold.isReached());
    await end(first.child, 'SIGKILL');
    hold.release();
    expect(await around.task('BD_Killed')).toMatchObject({ owner: expect.any(String), checkpoint: null });
    await startProcess();
    await around.received('BD_Killed', names(100));
    await eventually(async () => (await around.task('BD_Killed')).checkpoint !== null);
    const [second, killed] = await around.windows('BD_Killed');
    expect(killed).toMatchObject({ status: 'failed', fence: 1 });
    expect(killed?.error).toContain('the poller that read it ended');
    expect(second).toMatchObject({
      status: 'complete',
      startTime: killed?.startTime,
      received: 100,
      fence: 2,
    });
  }, 90_000);

  it('killed again and again while people edit misses no edit', async () => {
    const poll = aPoll({ everyMs: 100, overlapMs: 500, pageSize: 5 });
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Chaos', poll }]);
    const last = new Map<string, number>();
    let edits = 0;
    const editing = setInterval(() => {
      const id = `C${String((edits * 7) % 60)}`;
      last.set(id, (edits += 1));
      erp.edit('BD_Chaos', id, { master: { FEdit: edits } });
    }, 10);
    for (let kill = 0; kill < 5; kill += 1) {
      const { child } = await startProcess();
      const before = erp.asked.length;
      await eventually(() => erp.asked.length > before + 5 + kill, { withinMs: 20_000 });
      await end(child, 'SIGKILL');
    }
    await startProcess();
    clearInterval(editing);
    await eventually(
      () => {
        const newest = new Map<string, { order: number; edit: unknown }>();
        for (const { record } of around.recordsOf('BD_Chaos')) {
          const known = newest.get(record.dataId);
          const edit = record.record?.master['FEdit'];
          if (known === undefined || record.order >= known.order)
            newest.set(record.dataId, { order: record.order, edit });
        }
        for (const [id, edit] of last) {
          if (newest.get(id)?.edit !== edit)
            throw new Error(`${id}: ${String(newest.get(id)?.edit)}, not ${edit}`);
        }
      },
      { withinMs: 30_000 },
    );
  }, 180_000);

  it('that stood still for longer than its lease changes nothing any more', async () => {
    for (const id of names(50)) erp.edit('BD_Stalled', id, { at: Date.now() - 10_000 });
    const hold = holdAt('BD_Stalled', 20);
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Stalled', poll: aPoll() }]);
    const stalled = await startProcess();
    await eventually(() => hold.isReached());
    stalled.child.kill('SIGSTOP');
    const second = await startProcess();
    await around.received('BD_Stalled', names(50));
    await eventually(async () => (await around.task('BD_Stalled')).owner === null);
    const { checkpoint, fence } = await around.task('BD_Stalled');
    const asked = erp.asked.length;
    hold.release();
    stalled.child.kill('SIGCONT');
    await eventually(() => stalled.output().includes('a poll was left'));
    expect(stalled.output()).toMatch(/lease ran out|taken the task over/);
    expect(await around.task('BD_Stalled')).toMatchObject({ checkpoint, fence, failures: 0, owner: null });
    expect(erp.asked).toHaveLength(asked);
    expect((await post(runUrl(second, 'BD_Stalled'))).status).toBe(200);
  }, 90_000);

  it('stopped by SIGTERM in the middle of a window ends with 0 after the page in hand', async () => {
    for (const id of names(50)) erp.edit('BD_Term', id, { at: Date.now() - 10_000 });
    const hold = holdAt('BD_Term', 20);
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Term', poll: aPoll() }]);
    const { child, output, url } = await startProcess();
    await eventually(() => hold.isReached());
    child.kill('SIGTERM');
    await eventually(() => output().includes('is stopping'));
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    hold.release();
    await eventually(() => child.exitCode !== null);
    expect(child.exitCode).toBe(0);
    await around.received('BD_Term', names(30));
    expect(await around.task('BD_Term')).toMatchObject({ owner: null, failures: 0, checkpoint: null });
    expect(output()).not.toContain('erp-secret');
  });

  it('shows what it does in its metrics, and no secret', async () => {
    erp.edit('BD_Shown', 'S1', { at: Date.now() - 1_000 });
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Shown', poll: aPoll() }]);
    const { url } = await startProcess();
    await around.received('BD_Shown', ['S1']);
    const metrics = await eventually(async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      if (!text.includes('checkpoint_age_seconds{task="81138/dc-main/BD_Shown"}')) throw new Error('not yet');
      return text;
    });
    expect(metrics).toContain('syncline_poller_windows_total{status="complete"} 1');
    expect(metrics).toContain('syncline_poller_records_total{via="poll"} 1');
    expect(metrics).toContain(
      'syncline_erp_calls_total{data_center="81138/dc-main",operation="poll",outcome="ok"} 1',
    );
    expect(metrics).not.toContain('erp-secret');
  });

  it('names a bad setting in one line and ends with 2', async () => {
    const child = spawn(process.execPath, [main], { env: { PATH: process.env['PATH'], POLLER_PORT: 'x' } });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(2);
    expect(errors).toMatch(/^POLLER_PORT .*\n$/);
  });
});
