import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from './eventually.ts';
import { freePorts } from './free-port.ts';

const projectRoot = resolve(import.meta.dirname, '../../..');

/** Process name → the variable its port is read from (contract 1). */
const portVariables = {
  console: 'CONSOLE_PORT',
  receiver: 'RECEIVER_PORT',
  poller: 'POLLER_PORT',
  pusher: 'PUSHER_PORT',
  mapping: 'MAPPING_PORT',
  'sandbox-erp': 'SANDBOX_ERP_PORT',
  'sandbox-crm': 'SANDBOX_CRM_PORT',
  kafka: 'KAFKA_PORT',
  store: 'MONGO_PORT',
} as const;
export type ProcessName = keyof typeof portVariables;

export interface SynclineOptions {
  /** a config folder; the sandbox's own without it */
  config?: string;
  sandbox?: boolean;
  /** `pusher=2,mapping=2` */
  scale?: string;
  env?: Record<string, string>;
  /** a `SYNCLINE_HOME` to start again on; kept by `stop`. A new one otherwise, removed by `stop` */
  home?: string;
  /** the ports of a Syncline before, to come back on them */
  ports?: Record<ProcessName, number>;
  readyWithinMs?: number;
}

/** A whole system that runs as `./syncline up` runs it. */
export interface RunningSyncline {
  home: string;
  ports: Record<ProcessName, number>;
  kafkaBrokers: string[];
  mongodbUri: string;
  topicPrefix: string;
  /** all that it printed */
  output(): string;
  url(name: ProcessName): string;
  /** the process id of each, `NAME-2` included */
  pids(): Record<string, number>;
  /** kills one process and returns the pid it had */
  kill9(name: string): number;
  /** waits until it has another pid than `formerPid` and is ready */
  untilBack(name: ProcessName, formerPid: number, withinMs?: number): Promise<void>;
  /** kills the supervisor itself; its children go on */
  kill9Supervisor(): Promise<void>;
  /** ends it in order, and returns its exit code */
  stop(): Promise<number | null>;
}

const stopWithinMs = 90_000;

/**
 * Starts the whole system with ports and a home of its own, and waits until it is ready.
 * @throws with all that it printed, when it is not ready within the limit
 */
export async function startSyncline(options: SynclineOptions = {}): Promise<RunningSyncline> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'syncline e2e '));
  const ports = options.ports ?? (await choosePorts());
  const env = { ...process.env, ...portsInEnv(ports), SYNCLINE_HOME: home, ...options.env };
  const child = spawn(join(projectRoot, 'syncline'), ['up', ...argumentsOf(options)], {
    cwd: tmpdir(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const running = handleOf({ child, home, ports, env });
  const withinMs = options.readyWithinMs ?? 180_000;
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const isReady = (): boolean => /^Syncline is ready$/m.test(running.output());
  await eventually(() => isReady() || hasEnded(), { withinMs, everyMs: 100 }).catch(() => undefined);
  if (!isReady() || hasEnded()) {
    await running.stop();
    throw new Error(`./syncline up did not become ready within ${withinMs} ms:\n${running.output()}`);
  }
  const stop = async (): Promise<number | null> => {
    const code = await running.stop();
    if (options.home === undefined) rmSync(home, { recursive: true, force: true });
    return code;
  };
  return { ...running, stop };
}

interface Started {
  child: ChildProcess;
  home: string;
  ports: Record<ProcessName, number>;
  env: Record<string, string | undefined>;
}

function handleOf({ child, home, ports, env }: Started): RunningSyncline {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const url = (name: ProcessName): string => `http://127.0.0.1:${ports[name]}`;
  const killAll = (): void => {
    killQuietly(child.pid);
    for (const pid of Object.values(readPids(home))) killQuietly(pid);
  };
  process.on('exit', killAll);
  return {
    home,
    ports,
    kafkaBrokers: (env.KAFKA_BROKERS || `127.0.0.1:${ports.kafka}`).split(','),
    mongodbUri: env.MONGODB_URI || `mongodb://127.0.0.1:${ports.store}/syncline`,
    topicPrefix: env.SYNCLINE_TOPIC_PREFIX ?? '',
    output: () => output,
    url,
    pids: () => readPids(home),
    kill9: (name) => {
      const pid = readPids(home)[name];
      if (pid === undefined) throw new Error(`${name} has no pid file in ${home}/run`);
      process.kill(pid, 'SIGKILL');
      return pid;
    },
    untilBack: async (name, formerPid, withinMs = 60_000) => {
      await eventually(
        async () => {
          const pid = readPids(home)[name];
          if (pid === undefined || pid === formerPid) return false;
          if (name === 'kafka' || name === 'store') return true;
          const response = await fetch(`${url(name)}/readyz`, { signal: AbortSignal.timeout(2000) });
          await response.arrayBuffer();
          return response.ok;
        },
        { withinMs, everyMs: 100 },
      );
    },
    kill9Supervisor: async () => {
      child.kill('SIGKILL');
      await untilEnded(child, 5000);
    },
    stop: async () => {
      try {
        child.kill('SIGTERM');
        if (!(await untilEnded(child, stopWithinMs)))
          throw new Error(`./syncline up did not stop:\n${output}`);
        return child.exitCode;
      } finally {
        killAll();
        process.off('exit', killAll);
      }
    },
  };
}

async function choosePorts(): Promise<Record<ProcessName, number>> {
  const names = Object.keys(portVariables) as ProcessName[];
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<ProcessName, number>;
}

function portsInEnv(ports: Record<ProcessName, number>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(portVariables).map(([name, variable]) => [variable, String(ports[name as ProcessName])]),
  );
}

function argumentsOf({ config, sandbox, scale }: SynclineOptions): string[] {
  return [
    ...(config === undefined ? [] : ['--config', config]),
    ...(sandbox === false ? ['--no-sandbox'] : []),
    ...(scale === undefined ? [] : ['--scale', scale]),
  ];
}

function readPids(home: string): Record<string, number> {
  const folder = join(home, 'run');
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith('.pid'));
    return Object.fromEntries(
      files.map((file) => [file.slice(0, -'.pid'.length), Number(readFileSync(join(folder, file), 'utf8'))]),
    );
  } catch {
    return {};
  }
}

async function untilEnded(child: ChildProcess, withinMs: number): Promise<boolean> {
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return eventually(hasEnded, { withinMs }).catch(() => false);
}

function killQuietly(pid: number | undefined): void {
  if (pid === undefined || !(pid > 0)) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it is gone already
  }
}
