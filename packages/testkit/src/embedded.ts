import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEmbedded, embeddedKafka, embeddedStore, type EmbeddedProcess } from '@syncline/embedded';
import { eventually } from './eventually.ts';
import { freePorts } from './free-port.ts';
import type { BrokerAndStore } from './shared-servers.ts';

const host = '127.0.0.1';
const readyWithinMs = 90_000;
const stopWithinMs = 10_000;

/** Starts the embedded broker and store on free ports, with a folder that goes with them. */
export async function startEmbedded(): Promise<BrokerAndStore> {
  await buildEmbedded({ log: (line) => process.stderr.write(`${line}\n`) });
  const folder = mkdtempSync(join(tmpdir(), 'syncline-test-'));
  const [kafkaPort = 0, storePort = 0] = await freePorts(2);
  const programs = [
    await embeddedKafka({ host, port: kafkaPort, dataDir: join(folder, 'kafka') }),
    await embeddedStore({ host, port: storePort, dataDir: join(folder, 'store') }),
  ];
  const children = programs.map((program) => launch(program, folder));
  const kill = (): void => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.on('exit', kill);
  const stop = async (): Promise<void> => {
    // What they hold is thrown away: an orderly stop would only take time.
    kill();
    process.off('exit', kill);
    await Promise.all(children.map((child) => eventually(() => hasEnded(child), { withinMs: stopWithinMs })));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(programs.map((program, index) => untilReady(program, children[index], folder)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { kafkaBrokers: [`${host}:${kafkaPort}`], mongodbUri: `mongodb://${host}:${storePort}`, stop };
}

function launch({ name, command, args, cwd }: EmbeddedProcess, folder: string): ChildProcess {
  const log = openSync(logFile(folder, name), 'a');
  try {
    return spawn(command, args, { cwd, stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

async function untilReady(
  program: EmbeddedProcess,
  child: ChildProcess | undefined,
  folder: string,
): Promise<void> {
  const end = (): string => readFileSync(logFile(folder, program.name), 'utf8').slice(-2000);
  const isSettled = async (): Promise<boolean> => !child || hasEnded(child) || (await program.isReady());
  await eventually(isSettled, { withinMs: readyWithinMs, everyMs: 100 }).catch(() => undefined);
  if (!child || hasEnded(child) || !(await program.isReady())) {
    throw new Error(`The embedded ${program.name} did not start. The end of its log:\n${end()}`);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function logFile(folder: string, name: string): string {
  return join(folder, `${name}.log`);
}
