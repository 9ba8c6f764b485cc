import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tableOf, type Output } from '../output.ts';
import { median, medianText, shortNumber, type Figure } from './figures.ts';
import { isBusy, type Machine } from './machine.ts';
import type { BenchOptions, Scenario } from './scenario.ts';
import type { SoakReport } from './soak.ts';

/** What became of one scenario. */
export interface Result {
  name: string;
  about: string;
  figures: Figure[];
  tookMs: number;
  /** load average of the last minute when it began, its predecessors' work included */
  loadBefore: number;
  /** why it could not be measured */
  problem?: string;
}

export interface Report {
  startedAt: string;
  machine: Machine;
  /** `embedded`, or that the environment named another */
  broker: string;
  store: string;
  options: BenchOptions;
  results: Result[];
}

export function sayMachine(
  { machine, broker, store, options }: Omit<Report, 'results'>,
  output: Output,
): void {
  const { platform, node, processors, model, memoryGb, loadBefore, busyBefore } = machine;
  output.say(
    `${processors} processors (${model.trim()}), ${memoryGb} GB, ${platform}, Node ${node}; ${broker}, ${store}.`,
  );
  output.say(
    `Median (least..most) of ${options.runs} runs of ${options.seconds} s; backlogs of ${options.events} events. ` +
      'The loads, the ERP, the CRM, the broker and the store share these processors with Syncline.',
  );
  const before = `load average ${loadBefore.toFixed(1)}, ${Math.round(busyBefore * 100)} % of the processors in use`;
  output.say(
    isBusy({ ...machine })
      ? `THE MACHINE WAS BUSY before this began (${before}): on a quiet one the figures are better.`
      : `The machine was quiet before this began (${before}).`,
  );
}

export function sayResult({ name, about, figures, problem }: Result, output: Output): void {
  output.say(`\n${name}: ${about}`);
  if (problem !== undefined) output.warn(`  could not be measured: ${problem}`);
  if (figures.length === 0) return;
  const rows = figures.map((figure) => [
    `  ${figure.label}`,
    medianText(figure),
    figure.unit,
    figure.limit === undefined ? '' : `${shortNumber(figure.limit.value)} (${figure.limit.what})`,
  ]);
  output.say(tableOf(['  figure', 'median', 'unit', 'limit of this machine'], rows));
}

export function resultOf(scenario: Scenario, measured: Omit<Result, 'name' | 'about'>): Result {
  return { name: scenario.name, about: scenario.about, ...measured };
}

export function writeReport(report: Report | SoakReport, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify('results' in report ? summarized(report) : report, null, 2)}\n`);
}

function summarized(report: Report) {
  const results = report.results.map((result) => ({ ...result, figures: result.figures.map(withSummary) }));
  return { ...report, results };
}

function withSummary(figure: Figure) {
  const { values } = figure;
  return { ...figure, median: median(values), least: Math.min(...values), most: Math.max(...values) };
}
