import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tableOf, type Output } from '../output.ts';
import { invariants, type Invariant, type Violation } from './invariants.ts';
import type { Observed } from './observed.ts';
import type { Story } from './story.ts';

/** What a run did and what came of it. */
export interface ChaosReport {
  seed: number;
  minutes: number;
  scale: string;
  editsPerSecond: number;
  startedAt: string;
  /** how to do the same again */
  again: string;
  load: Record<string, number>;
  faults: Record<string, number>;
  /** calls and messages that a fault of the sandboxes hit */
  hits: Record<string, number>;
  duplicates: number;
  restarts: number;
  /** records of both sides, writes of Syncline's that were carried out, edits of people */
  seen: { records: number; writes: number; edits: number; probes: number };
  /** from the end of the faults until nothing was open, ms; null when that did not come */
  calmAfterMs: number | null;
  invariants: Record<Invariant, number>;
  violations: Violation[];
  stories: Story[];
  /** what supervisors said, and each fault with its time */
  log: string[];
}

/** What both sides saw in figures. */
export function countSeen({ records, changes }: Observed, probes: number): ChaosReport['seen'] {
  const edits = changes.filter(({ by }) => by === 'user').length;
  return { records: records.length, writes: changes.length - edits, edits, probes };
}

const shownViolations = 20;
const shownStories = 2;
const shownLines = 60;

export function sayReport(report: ChaosReport, output: Output): void {
  const { say } = output;
  sayCounts('Load', report.load, output);
  sayCounts('Faults', report.faults, output);
  sayCounts('Hit by faults of ERP and CRM', report.hits, output);
  const { records, writes, edits, probes } = report.seen;
  say(
    `\n${String(edits)} edits by people, ${String(records)} records on both sides, ${String(writes)} writes carried out, ` +
      `${String(report.duplicates)} messages doubled, ${String(report.restarts)} restarts, ${String(probes)} edits in calm.`,
  );
  say(
    report.calmAfterMs === null
      ? 'It did not come to rest.'
      : `All worked off ${(report.calmAfterMs / 1000).toFixed(0)} s after the last fault.`,
  );
  const rows = Object.entries(report.invariants).map(([name, count]) => [
    `  ${name}`,
    String(count),
    invariants[name as Invariant],
  ]);
  say(`\n${tableOf(['  invariant', 'violations', 'meaning'], rows)}`);
  for (const { invariant, key, what } of report.violations.slice(0, shownViolations))
    output.warn(`  ${invariant} ${key}: ${what}`);
  for (const story of report.stories.slice(0, shownStories)) sayStory(story, output);
  say(`\nSeed ${String(report.seed)}. Again: ${report.again}`);
}

function sayCounts(title: string, counts: Record<string, number>, { say }: Output): void {
  const rows = Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => [`  ${name}`, String(count)]);
  say(`\n${tableOf([title, ''], rows)}`);
}

function sayStory({ key, rows, syncs, ledgers }: Story, { warn }: Output): void {
  warn(`\nThe story of ${key}`);
  for (const { state, ...row } of rows) warn(`  row ${JSON.stringify(row)}\n  state ${state}`);
  for (const line of syncs.slice(-shownLines)) warn(`  ${line}`);
  warn('  what both sides received:');
  for (const line of ledgers.slice(-shownLines)) warn(`  ${line}`);
}

export function writeReport(report: ChaosReport, file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}
