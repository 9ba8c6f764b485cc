import { cpus, loadavg, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the figures were measured on, and what else it did. */
export interface Machine {
  platform: string;
  node: string;
  processors: number;
  model: string;
  memoryGb: number;
  /** load average of the minute before */
  loadBefore: number;
  /** share of all processors that others used just before, from 0 to 1 */
  busyBefore: number;
}

const lookMs = 1000;

export async function lookAtMachine(): Promise<Machine> {
  const processors = cpus();
  const before = times();
  await sleep(lookMs);
  const after = times();
  return {
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    processors: processors.length,
    model: processors[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    loadBefore: loadavg()[0] ?? 0,
    busyBefore: 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all),
  };
}

/** Anything above a little: then the figures tell of the machine's other work, too. */
export function isBusy({ loadBefore, processors, busyBefore }: Machine): boolean {
  return busyBefore > 0.15 || loadBefore > processors * 0.5;
}

function times(): { idle: number; all: number } {
  const sum = { idle: 0, all: 0 };
  for (const { times: one } of cpus()) {
    sum.idle += one.idle;
    sum.all += one.user + one.nice + one.sys + one.idle + one.irq;
  }
  return sum;
}
