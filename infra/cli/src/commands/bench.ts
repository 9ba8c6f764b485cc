import { join, resolve } from 'node:path';
import { Place } from '../bench/place.ts';
import { writeReport, type Report } from '../bench/report.ts';
import { runBench } from '../bench/run-bench.ts';
import { scenarios } from '../bench/scenarios.ts';
import type { BenchOptions, Scenario } from '../bench/scenario.ts';
import { runSoak, type SoakReport } from '../bench/soak.ts';
import { Refused } from '../refused.ts';
import { onStopSignals } from '../stop-signals.ts';
import type { Context } from './command.ts';

export interface BenchCommand {
  seconds?: number;
  runs?: number;
  events?: number;
  only: string[];
  quick: boolean;
  /** minutes of steady load instead of the scenarios */
  soak?: number;
  /** of the soak, changes a second */
  rate: number;
  json?: string;
}

const full: BenchOptions = { seconds: 5, runs: 3, events: 10_000 };
/** About two minutes in all, on a machine with little else to do. */
const quick: BenchOptions = { seconds: 2, runs: 1, events: 2_000 };

/** Measures Syncline on this machine, beside the machine's own limits. Never fails for being slow. */
export async function bench(command: BenchCommand, context: Context): Promise<void> {
  const chosen = chosenScenarios(command.only);
  const { seconds, runs, events } = { ...(command.quick ? quick : full), ...definedOf(command) };
  const date = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(':', '-');
  const place = await Place.take(context, date.replace(/\D/g, ''));
  const signals = onStopSignals({
    onFirst: () => context.output.warn('Stopping the benchmark. Ctrl-C again ends it at once.'),
    onSecond: () => {
      place.kill();
      process.exit(130);
    },
  });
  try {
    const running: Promise<Report | SoakReport> =
      command.soak === undefined
        ? runBench({ scenarios: chosen, options: { seconds, runs, events }, place }, context)
        : runSoak(place, { minutes: command.soak, perSecond: command.rate }, context);
    const report = await Promise.race([running, signals.stopped]);
    if (report === undefined) {
      running.catch(() => undefined);
      throw new Refused('The benchmark was stopped; nothing was written.');
    }
    const files = [join(context.installation.home, 'bench', `${date}.json`)];
    if (command.json !== undefined) files.push(resolve(command.json));
    for (const file of files) writeReport(report, file);
    context.output.say(`\nWritten to ${files.join(' and ')}.`);
    if ('results' in report && report.results.some(({ problem }) => problem !== undefined))
      process.exitCode = 1;
  } finally {
    await place.close();
    signals.release();
  }
}

/** The scenarios of these names, in their own order; all without names. */
function chosenScenarios(only: string[]): Scenario[] {
  const names = scenarios.map(({ name }) => name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Refused(`--only: "${unknown}" is not one of ${names.join(', ')}.`, 2);
  return scenarios.filter(({ name }) => only.length === 0 || only.includes(name));
}

function definedOf({ seconds, runs, events }: BenchCommand): Partial<BenchOptions> {
  return {
    ...(seconds !== undefined && { seconds }),
    ...(runs !== undefined && { runs }),
    ...(events !== undefined && { events }),
  };
}
