import { ConsoleApi } from '../console-api.ts';
import { expiringTokenLines } from '../expiring-tokens.ts';
import type { Installation } from '../installation.ts';
import { lagByGroup } from '../lag.ts';
import { seconds, tableOf } from '../output.ts';
import { overviewLines } from '../overview.ts';
import { pollLines } from '../polls.ts';
import { Refused } from '../refused.ts';
import { isRunning, memoryMbOf } from '../supervisor/process-identity.ts';
import { RunFiles, type RunRecord } from '../supervisor/run-files.ts';
import { Seat } from '../supervisor/seat.ts';
import { httpProbe } from '../waiting.ts';
import type { Context } from './command.ts';

const apiLimitMs = 3_000;

/** What runs, what waits in the topics, and what failed. Exit code 1 when something is down. */
export async function status({ installation, output }: Context): Promise<void> {
  const records = new RunFiles(installation.home).list().sort((a, b) => a.name.localeCompare(b.name));
  const holder = new Seat(installation.home).holder();
  if (records.length === 0)
    throw new Refused(holder ? 'Syncline is starting.' : 'Nothing runs. ./syncline up starts it.');
  const states = await Promise.all(records.map(stateOf));
  output.say(
    tableOf(
      ['process', 'pid', 'port', 'state', 'memory', 'restarts', 'up for'],
      states.map(({ row }) => row),
    ),
  );
  for (const line of await trafficLines(installation)) output.say(line);
  const isDown = states.some(({ isUp }) => !isUp);
  if (!holder) throw new Refused('Its supervisor is gone: nothing is restarted. ./syncline down, then up.');
  if (isDown) throw new Refused('Something is down.');
}

async function stateOf(record: RunRecord): Promise<{ isUp: boolean; row: string[] }> {
  const { name, pid, startToken, port, readyUrl, restarts, lastExit, startedAt } = record;
  if (!isRunning(pid, startToken)) {
    return {
      isUp: false,
      row: [name, '-', String(port), `down (${lastExit ?? 'stopped'})`, '-', String(restarts), '-'],
    };
  }
  const readiness = readyUrl ? await httpProbe(readyUrl)() : ({ ready: true } as const);
  const state = readiness.ready ? 'ready' : `not ready: ${readiness.reason}`;
  const memory = memoryMbOf(pid);
  return {
    isUp: readiness.ready,
    row: [
      name,
      String(pid),
      String(port),
      state,
      memory === null ? '-' : `${memory} MB`,
      String(restarts),
      upFor(startedAt),
    ],
  };
}

function upFor(startedAt: number): string {
  const ms = Math.max(0, Date.now() - startedAt);
  if (ms < 60_000) return seconds(ms);
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Lag and counts; each says so itself when it cannot be had. */
async function trafficLines(installation: Installation): Promise<string[]> {
  const api = new ConsoleApi(installation, apiLimitMs);
  const [lag, overview, polls, tokens] = await Promise.all([
    lagByGroup(installation),
    overviewLines(api),
    pollLines(api),
    expiringTokenLines(installation),
  ]);
  return ['', ...lag, ...overview, ...polls, ...tokens];
}
