import { createReadStream, existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { readTable } from '@syncline/tables';
import { MappingAway, mappingCalls, type CallMapping } from '../mapping-calls.ts';
import type { Output } from '../output.ts';
import { Refused } from '../refused.ts';
import type { Context } from './command.ts';
import { formatOfFile, save } from './export.ts';
import { concludeImport } from './import.ts';

export interface LinkOptions {
  from?: string;
  to?: string;
  match: string[];
  apply: boolean;
  dryRun: boolean;
  decisions?: string;
  report?: string;
  discard: boolean;
}

interface SideShown {
  state: 'reading' | 'read' | 'failed';
  readUntil: number;
  records: number;
  problems: string[];
  failures: number;
}

interface TaskShown {
  streamId: string;
  match: { erp: string; crm: string }[];
  crm: SideShown;
  erp: SideShown;
}

const lookEveryMs = 1_000;
const patienceMs = 60_000;

/**
 * Pairs what both sides of a stream hold before it goes on: reads both, writes a report of what matches, and links what
 * is asked for. Without --apply and --decisions nothing is linked.
 */
export async function link(
  stream: string,
  options: LinkOptions,
  { installation, output }: Context,
): Promise<void> {
  const call = await mappingCalls(installation);
  const path = `/link-tasks/${encodeURIComponent(stream)}`;
  if (options.discard) {
    await call(path, { method: 'DELETE' });
    output.say('What was read for it is removed. Links that were made stay.');
    return;
  }
  const report = options.report ?? 'link-report.xlsx';
  formatOfFile(report);
  if (options.decisions !== undefined) {
    await decide(path, options.decisions, { ...options, report }, { call, output });
    return;
  }
  await readBothSides(path, options, { call, output });
  if (options.apply) await apply(path, { ...options, report }, { call, output });
  await save(await call(`${path}/report`, { query: { format: formatOfFile(report) } }), report);
  await summarize(report, output);
}

interface Surroundings {
  call: CallMapping;
  output: Pick<Output, 'say'>;
}

async function decide(
  path: string,
  file: string,
  { dryRun, report }: { dryRun: boolean; report: string },
  { call, output }: Surroundings,
): Promise<void> {
  if (!existsSync(file)) throw new Refused(`There is no file ${file}.`, 2);
  const response = await call(`${path}/decisions`, {
    method: 'POST',
    query: { format: formatOfFile(file), dryRun: String(dryRun) },
    body: Readable.toWeb(createReadStream(file)) as ReadableStream,
  });
  const left = besides(report === file ? 'link-report.xlsx' : report, 'left');
  await concludeImport(response, { report: left, isDryRun: dryRun }, output);
}

async function apply(
  path: string,
  { dryRun, report }: { dryRun: boolean; report: string },
  { call, output }: Surroundings,
): Promise<void> {
  const response = await call(`${path}/apply`, { method: 'POST', query: { dryRun: String(dryRun) } });
  await concludeImport(response, { report: besides(report, 'refused'), isDryRun: dryRun }, output);
}

function besides(file: string, word: string): string {
  return file.replace(/\.([^.]+)$/, `.${word}.$1`);
}

/** Begins a new reading; or follows the one that is under way, and applies the one that is there. */
async function readBothSides(
  path: string,
  options: LinkOptions,
  { call, output }: Surroundings,
): Promise<void> {
  const there = await taskAt(path, call);
  const isUnderWay = there !== null && [there.crm, there.erp].some(({ state }) => state === 'reading');
  const isReady = there !== null && [there.crm, there.erp].every(({ state }) => state === 'read');
  if (!isUnderWay && !(options.apply && isReady)) {
    const body = JSON.stringify({
      from: timeOf(options.from, '--from'),
      to: timeOf(options.to, '--to'),
      match: Object.fromEntries(options.match.map(matchOf)),
    });
    const begun = (await (await call(path, { method: 'POST', body })).json()) as TaskShown;
    output.say(`Matching ${begun.match.map(({ erp, crm }) => `${erp} = ${crm}`).join(' and ')}.`);
  } else output.say(isUnderWay ? 'A reading is under way.' : 'Both sides were read before.');
  await follow(path, { call, output });
}

async function follow(path: string, { call, output }: Surroundings): Promise<void> {
  for (let told = ''; ;) {
    const task = await patiently(() => taskAt(path, call));
    if (task === null) throw new Refused('The link task was removed.');
    const sides = [sideText('ERP', task.erp), sideText('CRM', task.crm)];
    if (sides.join() !== told) output.say(sides.join('; '));
    told = sides.join();
    const failed = [task.erp, task.crm].filter(({ state }) => state === 'failed');
    if (failed.length > 0)
      throw new Refused(`It could not be read: ${failed.flatMap(({ problems }) => problems).join('; ')}`);
    if (task.erp.state === 'read' && task.crm.state === 'read') {
      for (const problem of [...task.erp.problems, ...task.crm.problems]) output.say(`! ${problem}`);
      return;
    }
    await pause(lookEveryMs);
  }
}

/** The reading goes on whatever becomes of the process that is asked: one that starts again is waited for. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (const end = performance.now() + patienceMs; ;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof MappingAway) || performance.now() > end) throw error;
      await pause(lookEveryMs);
    }
  }
}

function sideText(name: string, { state, records, readUntil, failures }: SideShown): string {
  const until = state === 'read' ? '' : `, up to ${new Date(readUntil).toISOString().slice(0, 10)}`;
  const trouble = failures === 0 ? '' : `, ${String(failures)} tries failed`;
  return `${name}: ${String(records)} records${until}${trouble}`;
}

async function taskAt(path: string, call: CallMapping): Promise<TaskShown | null> {
  try {
    return (await (await call(path)).json()) as TaskShown;
  } catch (error) {
    if (error instanceof Refused && error.message.includes('there is no link task')) return null;
    throw error;
  }
}

function timeOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(ms))
    throw new Refused(`${option}: expected a date such as 2020-01-31, or milliseconds.`, 2);
  return ms;
}

function matchOf(text: string): [string, string] {
  const [erp, crm, ...more] = text.split('=');
  if (!erp || !crm || more.length > 0)
    throw new Refused(`--match ${text}: expected ERPFIELD=CRMFIELD, for instance FNumber=account_no.`, 2);
  return [erp, crm];
}

const meanings: Record<string, string> = {
  'one-to-one': 'match one to one; --apply links them',
  linked: 'are linked already',
  several: 'may belong to several; write link or skip into the column decision',
  none: 'have nothing on the other side; they are created there when the stream goes on',
  conflict: 'match a record that is linked to another one',
  'no-value': 'have no value to match by',
};

async function summarize(report: string, output: Pick<Output, 'say'>): Promise<void> {
  const counts = new Map<string, number>();
  for await (const { line, cells } of readTable({ path: report, format: formatOfFile(report) })) {
    const verdict = cells[1] ?? '';
    if (line > 1) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  for (const [verdict, count] of counts)
    output.say(`${String(count).padStart(8)} ${verdict}: ${meanings[verdict] ?? ''}`);
  output.say(`Report: ${report}`);
}
