import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, freePort, pushToken } from '@syncline/testkit';
import { pushTo, Surroundings, type Running } from './a-receiver.fixture.ts';
import { standardBody } from './http.fixture.ts';

// The built service, as `./syncline up` runs it: run `tsc -b` first.
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const around = new Surroundings();
const children: ChildProcess[] = [];

beforeAll(() => around.start(), 60_000);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await around.stop();
}, 30_000);

interface Process extends Pick<Running, 'push' | 'port'> {
  child: ChildProcess;
  output(): string;
}

async function startProcess(over: Record<string, string> = {}): Promise<Process> {
  const running = await spawnProcess(over);
  await eventually(async () => (await fetch(`http://127.0.0.1:${running.port}/readyz`)).ok, {
    withinMs: 30_000,
  });
  return running;
}

async function spawnProcess(over: Record<string, string>): Promise<Process> {
  const port = await freePort();
  const { kafkaBrokers, mongodbUri, topicPrefix } = around.place;
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    KAFKA_BROKERS: kafkaBrokers.join(','),
    MONGODB_URI: mongodbUri,
    SYNCLINE_TOPIC_PREFIX: topicPrefix,
    RECEIVER_PORT: String(port),
    LOG_LEVEL: 'debug',
    SYNCLINE_DRAIN_SECONDS: '60',
    ...over,
  };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return { child, port, push: pushTo(port), output: () => output };
}

async function kill({ child }: Process, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

interface Load {
  /** ids that were answered with success, so far */
  acked: string[];
  end(): Promise<void>;
}

/** Pushes ids from several senders at once. */
function load(name: string, push: Running['push']): Load {
  const acked: string[] = [];
  const ending = new AbortController();
  const senders = Array.from({ length: 12 }, async (_, sender) => {
    for (let n = 0; !ending.signal.aborted; n += 1) {
      const id = `${name}-${String(sender)}-${String(n)}`;
      const answer = await push(id).catch(() => null);
      if (answer?.errCode === 's106240000') acked.push(id);
    }
  });
  return {
    acked,
    async end() {
      ending.abort();
      await Promise.all(senders);
    },
  };
}

function missing(ids: readonly string[]): string[] {
  const there = new Set(around.records.map(({ record }) => record.dataId));
  return ids.filter((id) => !there.has(id));
}

describe('the receiver process', () => {
  it('takes pushes while the broker is away, and the next one announces them under the same numbers', async () => {
    const away = await startProcess({ KAFKA_BROKERS: `127.0.0.1:${String(await freePort())}` });
    for (const id of ['D1', 'D2', 'D1']) expect((await away.push(id)).status).toBe(200);
    await kill(away, 'SIGKILL');
    const waiting = await around.unannounced();
    expect(waiting.map(({ dataId }) => dataId)).toEqual(['D1', 'D2', 'D1']);
    const next = await startProcess();
    await eventually(async () => (await around.unannounced()).length === 0, { withinMs: 30_000 });
    await eventually(() => around.recordsOf('D1').length === 2 && around.recordsOf('D2').length === 1);
    const orders = [...around.recordsOf('D1'), ...around.recordsOf('D2')].map(({ order }) => order);
    expect(orders.sort()).toEqual(waiting.map(({ order }) => order).sort());
    expect(await kill(next, 'SIGTERM')).toBe(0);
  }, 90_000);

  it('killed under load loses nothing that it answered with success', async () => {
    const acked: string[] = [];
    for (const round of ['first', 'second', 'third']) {
      const running = await startProcess();
      const pushes = load(round, running.push);
      const enough = 20 + Math.random() * 100;
      await eventually(() => pushes.acked.length > enough, { everyMs: 1 });
      await kill(running, 'SIGKILL');
      await pushes.end();
      acked.push(...pushes.acked);
    }
    const last = await startProcess();
    await eventually(() => missing(acked).length === 0, { withinMs: 40_000, everyMs: 200 });
    await kill(last, 'SIGKILL');
  }, 120_000);

  it('stopped under load answers what it has, leaves nothing to announce and ends with 0', async () => {
    const running = await startProcess();
    const { acked, end } = load('stop', running.push);
    await eventually(() => acked.length > 50);
    expect(await kill(running, 'SIGTERM')).toBe(0);
    await end();
    // One that was saved too late to be acknowledged may be left; the next process announces it.
    const left = (await around.unannounced()).map(({ dataId }) => dataId ?? '');
    expect(left.filter((id) => acked.includes(id))).toEqual([]);
    await eventually(() => missing(acked).length === 0);
    expect(around.records.filter(({ record }) => acked.includes(record.dataId))).toHaveLength(acked.length);
  }, 90_000);

  it('says what it does in its metrics, and its tokens nowhere', async () => {
    const running = await startProcess();
    await running.push('M1');
    await running.push('M1', 'x');
    await running.push('M1', standardBody(), { token: 'wrong-token' });
    const url = `http://127.0.0.1:${String(running.port)}`;
    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const code of ['s106240000', 's306240006', 's306240001'])
      expect(metrics).toContain(`syncline_receiver_pushes_total{code="${code}"} 1`);
    const other = await fetch(`${url}/erp/syncdata/open/objdata/other`, { method: 'POST' });
    expect(await other.json()).toMatchObject({ errCode: 's306240011', traceId: expect.any(String) });
    expect(await kill(running, 'SIGTERM')).toBe(0);
    for (const token of [pushToken, 'wrong-token', 'erp-secret'])
      expect(metrics + running.output()).not.toContain(token);
  }, 60_000);

  it('with the wrong key for secrets stays up, is not ready, takes nothing and says why', async () => {
    const wrong = Buffer.alloc(32, 1).toString('base64');
    const running = await spawnProcess({ SYNCLINE_SECRET_KEY: wrong });
    const { port } = running;
    const said = 'SYNCLINE_SECRET_KEY holds the key';
    await eventually(() => running.output().includes(said), { withinMs: 30_000 });
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining(said)]);
    expect(await running.push('K1')).toMatchObject({ status: 503, errCode: 's306240009' });
    expect(running.output()).not.toContain(wrong);
    expect(await kill(running, 'SIGTERM')).toBe(0);
  }, 60_000);

  it('names a bad setting in one line and ends with 2', async () => {
    const env = { PATH: process.env.PATH, RECEIVER_MAX_BODY_BYTES: '100000000' };
    const child = spawn(process.execPath, [main], { env });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(2);
    expect(errors).toMatch(/^RECEIVER_MAX_BODY_BYTES .*\n$/);
  });
});
