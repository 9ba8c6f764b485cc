import { setTimeout as sleep } from 'node:timers/promises';
import { withKafka } from '../clients.ts';
import type { Context } from '../commands/command.ts';
import { totalLag } from '../lag.ts';
import { memoryMbOf } from '../supervisor/process-identity.ts';
import { urlOf } from '../services.ts';
import { until } from './clock.ts';
import { lookAtMachine } from './machine.ts';
import { curveTable, growthOf, warmUpShare, type Curve } from './memory-curve.ts';
import type { Place } from './place.ts';
import { CpuMeter } from './process-usage.ts';
import { pushPath } from './scenarios/push-path.ts';
import { startTwoSides, type TwoSides } from './scenarios/two-sides.ts';

export interface SoakOptions {
  minutes: number;
  /** changes a second, half of them from each side */
  perSecond: number;
}

export interface SoakReport extends SoakOptions {
  startedAt: string;
  changes: number;
  curve: Curve;
  growth: ReturnType<typeof growthOf>;
  /** share of one processor, by process */
  cpu: Record<string, number>;
  /** messages that were left when it ended */
  left: number;
}

const services = ['receiver', 'poller', 'mapping', 'pusher', 'console'];
const sampleEveryMs = 5_000;
/** Load is given out in stretches, so that no list of what was sent grows over the run. */
const stretchSeconds = 20;
/** Records that are changed again and again; new ones alone would let the store grow, as it must. */
const keys = 2_000;
const parts = 6;
const drained = { withinMs: 60_000, everyMs: 500 };

/**
 * A steady load both ways for a long time: does the memory of any process grow? All services run, as `./syncline up`
 * runs them.
 */
export async function runSoak(place: Place, options: SoakOptions, context: Context): Promise<SoakReport> {
  const { output } = context;
  const { minutes, perSecond } = options;
  const startedAt = new Date().toISOString();
  output.say(
    `Soak: ${minutes} min of ${perSecond} changes/s in all, both ways, over ${keys} records a side; memory of each process every ${sampleEveryMs / 1000} s.`,
  );
  const machine = await lookAtMachine();
  output.say(`Load average before: ${machine.loadBefore.toFixed(1)}.`);
  await place.open(output);
  const found = new Map();
  const bench = { ...context, place, found, options: { seconds: 1, runs: 1, events: 1 } };
  const sides = await startTwoSides(bench, 'soak', services);
  const pids = place.pids();
  const cpu = new CpuMeter(pids);
  const began = performance.now();
  const sampler = sample(pids);
  const changes = await load(sides, options, (line) => output.say(line));
  const curve = sampler.stop();
  const tookMs = performance.now() - began;
  const used = [...cpu.usedMs()].map(([name, ms]): [string, number] => [name, ms / tookMs]);
  const left = await leftOver(sides);
  output.say(`\n${curveTable(curve, parts)}`);
  output.say(
    `MB of resident memory: at the start, the median of each sixth, the most; growth is from just after the warm-up (${warmUpShare * 100} % of the time) to the end.`,
  );
  output.say(
    `Processor: ${used.map(([name, share]) => `${name} ${(share * 100).toFixed(1)} %`).join(', ')}.`,
  );
  output.say(`${changes} changes; ${left} messages left a minute after the end.`);
  await sides.stop();
  const growth = growthOf(curve, parts);
  return { ...options, startedAt, changes, curve, growth, cpu: Object.fromEntries(used), left };
}

function sample(pids: ReadonlyMap<string, number>): { stop(): Curve } {
  const curve: Curve = { everyMs: sampleEveryMs, megabytes: {} };
  const look = (): void => {
    for (const [name, pid] of pids) {
      const megabytes = memoryMbOf(pid);
      if (megabytes !== null) (curve.megabytes[name] ??= []).push(megabytes);
    }
  };
  look();
  const timer = setInterval(look, sampleEveryMs);
  return {
    stop() {
      clearInterval(timer);
      return curve;
    },
  };
}

async function load(
  { system, crm, erp }: TwoSides,
  { minutes, perSecond }: SoakOptions,
  say: (line: string) => void,
): Promise<number> {
  await erp.call('begin', { delayMs: 5, keys: 0, finalFrom: 0 });
  const url = urlOf(system.installation, 'RECEIVER_PORT') + pushPath;
  const end = performance.now() + minutes * 60_000;
  const each = { count: Math.ceil((stretchSeconds * perSecond) / 2), perSecond: perSecond / 2, keys };
  let from = 0;
  for (let minute = 1; performance.now() < end; from += each.count) {
    await Promise.all([
      crm.call('trickle', { ...each, from, prefix: 'crm' }),
      erp.call('push', { ...each, from, prefix: 'erp', url }),
    ]);
    if (performance.now() > end - (minutes - minute) * 60_000) {
      say(`  ${minute} min: ${(from + each.count) * 2} changes`);
      minute += 1;
    }
  }
  return from * 2;
}

async function leftOver({ system }: TwoSides): Promise<number> {
  return withKafka(system.installation, async (kafka) => {
    await sleep(1_000);
    let left = await totalLag(kafka);
    await until(async () => (left = await totalLag(kafka)) === 0, drained);
    return left;
  });
}
