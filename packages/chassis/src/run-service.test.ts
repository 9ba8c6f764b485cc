import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const chassis = new URL('./index.ts', import.meta.url).href;
const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** A process with a real service in it, whose parts say on stderr what happens to them. */
const preamble = `
  import { BadSettings, CannotStart, createLogger, loadSettings, portNumber, runService, serviceSettings } from '${chassis}';
  const say = (text) => process.stderr.write(text + '\\n');
  const logger = createLogger({ service: 'child', level: 'info' });
  const part = (name, more = {}) => ({
    name,
    timer: null,
    async start() { this.timer = setInterval(() => {}, 1000); say(name + ' starts'); },
    async stop() { clearInterval(this.timer); say(name + ' stops'); },
    ...more,
  });
  const run = (parts, drainMs = 5000) => runService({ name: 'child', logger, drainMs, parts });
`;

interface Child {
  said: string[];
  out(): string;
  says(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  exit: Promise<number | null>;
}

function child(script: string, env: Record<string, string> = {}): Child {
  const args = ['--conditions=source', '--input-type=module', '--eval', preamble + script];
  const spawned = spawn(process.execPath, args, { cwd: packageFolder, env });
  const said: string[] = [];
  let out = '';
  spawned.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  spawned.stderr.on('data', (chunk: Buffer) => said.push(...chunk.toString('utf8').trimEnd().split('\n')));
  const exit = once(spawned, 'close').then(([code]) => code as number | null);
  return {
    said,
    out: () => out,
    async says(text) {
      const ended = exit.then(() =>
        Promise.reject(new Error(`ended without "${text}": ${said.join(' | ')} ${out}`)),
      );
      ended.catch(() => undefined);
      while (!said.includes(text)) await Promise.race([once(spawned.stderr, 'data'), ended]);
    },
    kill: (signal) => void spawned.kill(signal),
    exit,
  };
}

// Each test starts a process, which takes its time on a busy machine.
import.meta.jest.setTimeout(30_000);

describe('a service', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops in reverse on %s and ends with 0', async (signal) => {
    const { said, says, kill, exit, out } = child(`await run([part('store'), part('consumer')]);`);
    await says('consumer starts');
    kill(signal);
    await expect(exit).resolves.toBe(0);
    expect(said).toEqual(['store starts', 'consumer starts', 'consumer stops', 'store stops']);
    expect(out()).toContain('"message":"child has stopped"');
  });

  it('lets what is in flight finish before anything closes', async () => {
    const { said, says, kill, exit } = child(`
      const http = part('http', { stopIntake: async () => {
        say('http drains');
        await new Promise((resolve) => setTimeout(resolve, 50));
        say('http is drained');
      } });
      await run([http, part('store')]);
    `);
    await says('store starts');
    kill('SIGTERM');
    await expect(exit).resolves.toBe(0);
    expect(said.slice(2)).toEqual(['http drains', 'http is drained', 'store stops', 'http stops']);
  });

  it('stops while a part is still starting, and starts none after it', async () => {
    const { said, says, kill, exit } = child(`
      const store = part('store', { start: () => { say('store waits'); return new Promise(() => setInterval(() => {}, 1000)); } });
      await run([part('http'), store, part('consumer')]);
    `);
    await says('store waits');
    kill('SIGTERM');
    await expect(exit).resolves.toBe(0);
    expect(said).toEqual(['http starts', 'store waits', 'store stops', 'http stops']);
  });

  it('ends at once at a second signal', async () => {
    const { says, kill, exit } = child(`
      await run([part('consumer', { stop: () => { say('consumer hangs'); return new Promise(() => {}); } })], 60_000);
    `);
    await says('consumer starts');
    kill('SIGTERM');
    await says('consumer hangs');
    kill('SIGTERM');
    await expect(exit).resolves.toBe(143);
  });

  it('takes the SIGINT of a terminal and the SIGTERM of a supervisor for one wish', async () => {
    const { said, says, kill, exit } = child(`
      const stop = async () => { say('consumer drains'); await new Promise((resolve) => setTimeout(resolve, 100)); say('consumer stops'); };
      await run([part('consumer', { stop })]);
    `);
    await says('consumer starts');
    kill('SIGINT');
    await says('consumer drains');
    kill('SIGTERM');
    await expect(exit).resolves.toBe(0);
    expect(said.at(-1)).toBe('consumer stops');
  });

  it('does not wait for a part beyond the deadline and its grace, closes the others, and ends with 1', async () => {
    const { said, says, kill, exit } = child(`
      await run([part('store'), part('consumer', { stop: () => new Promise(() => {}) })], 50);
    `);
    await says('consumer starts');
    kill('SIGTERM');
    await expect(exit).resolves.toBe(1);
    expect(said.at(-1)).toBe('store stops');
  });

  it('logs an error that nobody caught and ends with 1', async () => {
    const thrown = child(`
      setTimeout(() => { throw Object.assign(new Error('lost'), { config: { headers: { token: 'hunter22' } } }); }, 10);
      await run([part('store')]);
    `);
    const rejected = child(
      `setTimeout(() => void Promise.reject(new Error('lost')), 10); await run([part('store')]);`,
    );
    for (const { exit, out } of [thrown, rejected]) {
      await expect(exit).resolves.toBe(1);
      expect(out()).toContain('"error":{"name":"Error","message":"lost"}');
      expect(out()).not.toContain('hunter22');
    }
  });

  it('says in one line what it cannot start without, stops what it began, and ends with 2', async () => {
    const { said, exit } = child(`
      const broken = part('http', { start: async () => { throw new CannotStart('Port 8701 is in use.'); } });
      await run([part('store'), broken, part('consumer')]);
    `);
    await expect(exit).resolves.toBe(2);
    expect(said).toEqual(['store starts', 'Port 8701 is in use.', 'http stops', 'store stops']);
  });

  it('logs any other failure to start and ends with 1', async () => {
    const { out, exit } = child(
      `await run([part('store', { start: () => Promise.reject(new Error('index is gone')) })]);`,
    );
    await expect(exit).resolves.toBe(1);
    expect(out()).toContain('"message":"child could not start"');
    expect(out()).toContain('index is gone');
  });
});

describe('a bad setting', () => {
  it('ends the process with 2 and one line that names it', async () => {
    const script = `loadSettings(serviceSettings({ RECEIVER_PORT: portNumber(8701) }, (env) => env)); say('went on');`;
    const { said, exit } = child(script, { RECEIVER_PORT: 'eight' });
    await expect(exit).resolves.toBe(2);
    expect(said).toEqual([
      'RECEIVER_PORT is not valid: expected a whole number from 0 to 65535. Correct this environment variable and start again.',
    ]);
  });
});
