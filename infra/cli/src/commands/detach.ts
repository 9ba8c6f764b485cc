import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readyLine } from '../announce.ts';
import type { Output } from '../output.ts';
import { Refused } from '../refused.ts';
import { endProcess } from '../supervisor/leftovers.ts';
import { LogFiles } from '../supervisor/log-files.ts';
import { startTokenOf } from '../supervisor/process-identity.ts';
import type { Context } from './command.ts';
import type { UpOptions } from './up.ts';

/** Building the embedded broker on a new machine is the longest part. */
const readyWithinMs = 15 * 60_000;
const stopWithinMs = 60_000;
const pollMs = 100;

/** Runs `up` in the background, relays what it says, and returns once it is ready. It goes on in `logs/syncline.log`. */
export async function detach(options: UpOptions, { installation, output }: Context): Promise<void> {
  const logs = new LogFiles(installation.home);
  logs.rotate('syncline');
  const log = logs.open('syncline');
  const reader = await open(logs.path('syncline'), 'r');
  try {
    const { size } = await reader.stat();
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../main.js'), 'up', ...argumentsOf(options)],
      {
        detached: true,
        stdio: ['ignore', log, log],
      },
    );
    closeSync(log);
    const exited = new Promise<number>((resolve) => {
      child.once('exit', (code) => {
        resolve(code ?? 1);
      });
      child.once('error', () => {
        resolve(1);
      });
    });
    const ended = await relayUntilReady({ reader, from: size, exited, output });
    if (ended === 'ready') return;
    if (ended !== 'late') throw new Refused('Syncline did not start.', ended === 2 ? 2 : 1);
    await endProcess({ pid: child.pid ?? 0, startToken: startTokenOf(child.pid ?? 0) ?? '' }, stopWithinMs);
    throw new Refused(`Syncline was not ready within ${readyWithinMs / 60_000} minutes and was stopped.`);
  } finally {
    await reader.close();
  }
}

interface Relay {
  reader: FileHandle;
  /** where in the log this run's lines begin */
  from: number;
  exited: Promise<number>;
  output: Output;
}

/** @returns that it is ready, that it took too long, or the exit code that it ended with before */
async function relayUntilReady({ reader, from, exited, output }: Relay): Promise<'ready' | 'late' | number> {
  const end = performance.now() + readyWithinMs;
  const lines = new LineReader(reader, from);
  while (performance.now() < end) {
    const exit = await Promise.race([exited, sleep(pollMs, null)]);
    for (const line of await lines.next()) {
      output.say(line);
      if (line === readyLine) return 'ready';
    }
    if (exit !== null) return exit;
  }
  return 'late';
}

/** Whole lines of a file that grows. */
class LineReader {
  readonly #file: FileHandle;
  readonly #buffer = Buffer.alloc(64 * 1024);
  #position: number;
  #rest = '';

  constructor(file: FileHandle, from: number) {
    this.#file = file;
    this.#position = from;
  }

  async next(): Promise<string[]> {
    const { bytesRead } = await this.#file.read(this.#buffer, 0, this.#buffer.length, this.#position);
    this.#position += bytesRead;
    const lines = (this.#rest + this.#buffer.toString('utf8', 0, bytesRead)).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }
}

function argumentsOf({ config, sandbox, scale }: UpOptions): string[] {
  return [
    ...(config ? ['--config', config] : []),
    ...(sandbox ? [] : ['--no-sandbox']),
    ...(scale ? ['--scale', scale] : []),
  ];
}
