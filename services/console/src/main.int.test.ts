import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, freePort } from '@syncline/testkit';
import { askAt, buried, seed, Surroundings, tenantA, type Answer } from './a-console.fixture.ts';

// The built service, as `./syncline up` runs it: run `tsc -b` first.
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let around: Surroundings;
const children: ChildProcess[] = [];

beforeAll(async () => {
  around = new Surroundings();
  await around.start();
  await seed(around.store);
}, 60_000);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await around.stop();
});

interface Running {
  child: ChildProcess;
  ask(path: string, headers?: Record<string, string>): Promise<Answer>;
  output(): string;
}

async function startProcess(over: Record<string, string> = {}): Promise<Running> {
  const port = await freePort();
  const { kafkaBrokers, mongodbUri, topicPrefix } = around.place;
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    KAFKA_BROKERS: kafkaBrokers.join(','),
    MONGODB_URI: mongodbUri,
    SYNCLINE_TOPIC_PREFIX: topicPrefix,
    CONSOLE_PORT: String(port),
    CONSOLE_ADMIN_PASSWORD: 'seeded-secret-of-admin',
    LOG_LEVEL: 'debug',
    ...over,
  };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const running = {
    child,
    ask: (path: string, headers: Record<string, string> = {}) => askAt(port, path, headers),
    output: () => output,
  };
  await eventually(async () => (await running.ask('/healthz')).status === 200, { withinMs: 30_000 });
  return running;
}

const untilReady = ({ ask }: Running): Promise<unknown> =>
  eventually(async () => (await ask('/readyz')).status === 200, { withinMs: 30_000 });

describe('the console process', () => {
  it('killed while dead letters come in keeps each of them, once', async () => {
    const first = await startProcess();
    await untilReady(first);
    const bury = async (from: number): Promise<void> => {
      for (let offset = from; offset < from + 100; offset += 1) {
        const { topic, headers } = buried(offset);
        await around.publish(topic, `{"number":${offset}`, headers);
      }
    };
    const burying = bury(0);
    await eventually(async () => (await around.store.deadLetters.count()) > 10);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await burying;
    const second = await startProcess();
    await bury(100);
    await eventually(async () => (await around.store.deadLetters.count()) === 200, { withinMs: 40_000 });
    const { json } = await second.ask('/api/dead-letters?limit=50', {
      'operator-key': await around.store.operatorKey.read(),
    });
    expect(json.items).toHaveLength(50);
    second.child.kill('SIGTERM');
    const [code] = (await once(second.child, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(second.output() + first.output()).not.toContain('seeded-secret');
  }, 120_000);

  it('answers its page and says that it knows nothing while the store is away', async () => {
    const running = await startProcess({ MONGODB_URI: `mongodb://127.0.0.1:${await freePort()}/none` });
    expect((await running.ask('/')).status).toBe(200);
    expect((await running.ask('/readyz')).status).toBe(503);
    expect((await running.ask('/api/openapi.json')).status).toBe(200);
    expect((await running.ask(`/api/tenants/${tenantA}`)).status).toBe(401);
    const { status, headers } = await running.ask(`/api/tenants/${tenantA}`, { 'operator-key': 'any' });
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    running.child.kill('SIGTERM');
    await once(running.child, 'exit');
  }, 60_000);

  it('names a bad setting in one line and ends with 2', async () => {
    const child = spawn(process.execPath, [main], { env: { PATH: process.env.PATH, CONSOLE_PORT: 'x' } });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(2);
    expect(errors).toMatch(/^CONSOLE_PORT .*\n$/);
  });
});
