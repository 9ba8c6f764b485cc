import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess } from './child.ts';
import { isRunning } from './process-identity.ts';
import type { RunFiles, RunRecord } from './run-files.ts';

const pollMs = 50;

/**
 * Stops what a killed supervisor left running: services first, then the broker, then the store.
 * @param limitMs of each of the three; what is left then is ended by SIGKILL
 * @returns the names of what ran
 */
export async function stopLeftovers(runFiles: RunFiles, limitMs: number): Promise<string[]> {
  const running = runFiles.running();
  for (const stage of stagesOf(running)) {
    await Promise.all(stage.map(({ pid, startToken }) => endProcess({ pid, startToken }, limitMs)));
  }
  for (const { name } of runFiles.list()) runFiles.remove(name);
  return running.map(({ name }) => name);
}

/**
 * Ends one process: SIGTERM, and SIGKILL at the limit. Signals only the very process that the token names.
 * @returns whether it ended
 */
export async function endProcess(
  target: { pid: number; startToken: string },
  limitMs: number,
): Promise<boolean> {
  const runs = (): boolean => isRunning(target.pid, target.startToken);
  if (runs()) signalProcess(target.pid, 'SIGTERM');
  if (await becomesTrue(() => !runs(), limitMs)) return true;
  if (runs()) signalProcess(target.pid, 'SIGKILL');
  return becomesTrue(() => !runs(), 5000);
}

async function becomesTrue(condition: () => boolean, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() >= end) return false;
    await sleep(pollMs);
  }
  return true;
}

function stagesOf(records: RunRecord[]): RunRecord[][] {
  const isEmbedded = ({ name }: RunRecord): boolean => name === 'kafka' || name === 'store';
  return [
    records.filter((record) => !isEmbedded(record)),
    records.filter(({ name }) => name === 'kafka'),
    records.filter(({ name }) => name === 'store'),
  ];
}
