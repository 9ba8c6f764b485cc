import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, freePort } from '@syncline/testkit';
import { anErp, aWrite, Surroundings } from './a-pusher.fixture.ts';

// The built service, as `./syncline up` runs it: run `tsc -b` first.
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let erp: Awaited<ReturnType<typeof anErp>>;
let around: Surroundings;
const children: ChildProcess[] = [];
let normalAnswer: typeof erp.answer;

beforeAll(async () => {
  erp = await anErp();
  normalAnswer = erp.answer;
  around = new Surroundings();
  await around.start({ baseUrl: erp.baseUrl, timeoutMs: 3_000 });
}, 60_000);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await around.stop();
  erp.stop();
});
beforeEach(() => {
  erp.asked.length = 0;
  erp.answer = normalAnswer;
});

async function startProcess(): Promise<{ child: ChildProcess; port: number; output: () => string }> {
  const port = await freePort();
  const { kafkaBrokers, mongodbUri, topicPrefix } = around.place;
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    KAFKA_BROKERS: kafkaBrokers.join(','),
    MONGODB_URI: mongodbUri,
    SYNCLINE_TOPIC_PREFIX: topicPrefix,
    PUSHER_PORT: String(port),
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
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok, { withinMs: 30_000 });
  return { child, port, output: () => output };
}

describe('the pusher process', () => {
  it('killed in the middle of a create leaves it to be asked about, and the ERP sees it once', async () => {
    erp.answer = () => undefined;
    const { child } = await startProcess();
    const write = aWrite();
    await around.inFlight(write);
    await around.publish(write);
    await eventually(() => erp.asked.length === 1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    erp.answer = normalAnswer;
    const second = await startProcess();
    const { outcome } = await around.nextResult(write, 0, 40_000);
    expect(outcome).toMatchObject({ kind: 'unknown', code: 'no-stored-answer' });
    expect(outcome.kind === 'unknown' && outcome.askAfter === outcome.attemptedTo).toBe(true);
    expect(erp.asked).toHaveLength(1);
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');
  }, 90_000);

  it('stopped in the middle of a create waits for its answer and ends with 0', async () => {
    const { child, output } = await startProcess();
    const held: (() => void)[] = [];
    erp.answer = (response, asked) => held.push(() => normalAnswer(response, asked));
    const write = aWrite();
    await around.inFlight(write);
    await around.publish(write);
    await eventually(() => held.length === 1);
    child.kill('SIGTERM');
    await eventually(() => output().includes('is stopping'));
    held[0]?.();
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect((await around.nextResult(write, 0)).outcome.kind).toBe('accepted');
    expect(output()).not.toContain('erp-secret');
  }, 60_000);

  it('shows what it does in its metrics, and no secret', async () => {
    const { child, port } = await startProcess();
    await around.ask(aWrite());
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain(
      'syncline_erp_calls_total{data_center="81138/dc-main",operation="create",outcome="ok"} 1',
    );
    expect(metrics).toContain('syncline_erp_breaker_state{data_center="81138/dc-main"} 0');
    expect(metrics).not.toContain('erp-secret');
    child.kill('SIGTERM');
    await once(child, 'exit');
  }, 60_000);

  it('names a bad setting in one line and ends with 2', async () => {
    const child = spawn(process.execPath, [main], { env: { PATH: process.env.PATH, PUSHER_PORT: 'x' } });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(2);
    expect(errors).toMatch(/^PUSHER_PORT .*\n$/);
  });
});
