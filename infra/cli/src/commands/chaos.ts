import { join, resolve } from 'node:path';
import { sayReport, writeReport } from '../chaos/report.ts';
import { runChaos } from '../chaos/run-chaos.ts';
import { System } from '../chaos/system.ts';
import { Refused } from '../refused.ts';
import { parseScale } from '../scale.ts';
import { onStopSignals } from '../stop-signals.ts';
import type { Context } from './command.ts';

export interface ChaosCommand {
  minutes: number;
  seed?: number;
  scale?: string;
  rate: number;
  faultEvery: number;
  settle: number;
  json?: string;
}

/** Runs Syncline under load and seeded faults, and checks what it promises. Exit 1 when a promise was broken. */
export async function chaos(command: ChaosCommand, context: Context): Promise<void> {
  const { output, installation } = context;
  const scale = parseScale(command.scale);
  const seed = command.seed ?? Math.floor(Math.random() * 1_000_000);
  const system = await System.take(context);
  const signals = onStopSignals({
    onFirst: () => output.warn('Stopping the fault harness. Ctrl-C again ends it at once.'),
    onSecond: () => {
      system.kill();
      process.exit(130);
    },
  });
  let keepHome = true;
  try {
    const options = {
      minutes: command.minutes,
      seed,
      scale,
      scaleText: command.scale ?? '',
      editsPerSecond: command.rate,
      faultEveryMs: command.faultEvery * 1000,
      settleMs: command.settle * 1000,
    };
    const running = runChaos(system, options, context);
    const report = await Promise.race([running, signals.stopped]);
    if (report === undefined) {
      running.catch(() => undefined);
      throw new Refused('The fault harness was stopped; nothing was checked.');
    }
    const date = report.startedAt.replace(/\.\d+Z$/, '').replaceAll(':', '-');
    const files = [join(installation.home, 'chaos', `${date}-seed-${String(seed)}.json`)];
    if (command.json !== undefined) files.push(resolve(command.json));
    for (const file of files) writeReport(report, file);
    sayReport(report, output);
    output.say(`Written to ${files.join(' and ')}.`);
    keepHome = report.violations.length > 0;
    if (keepHome) output.warn(`Data and logs stay in ${system.installation.home} until the next run.`);
    if (keepHome) process.exitCode = 1;
  } finally {
    await system.close(keepHome);
    signals.release();
  }
}
