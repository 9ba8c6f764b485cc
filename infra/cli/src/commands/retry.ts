import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson, stringifyJson, type Json } from '@syncline/contract';
import { momentOf } from '../moment.ts';
import { operatorCalls, type CallOperator } from '../operator-calls.ts';
import { tableOf } from '../output.ts';
import { Refused } from '../refused.ts';
import { previewLines, retryLine, type RetryPreview, type RetryTask } from '../retry-lines.ts';
import type { Context } from './command.ts';

export interface RetryOptions {
  fetch: boolean;
  asNew: boolean;
  edit?: string;
  set: string[];
  exists?: string;
  sendAgain: boolean;
  resolve?: string;
  show: boolean;
  tenant?: string;
  stream?: string;
  state?: string;
  object?: string;
  ids?: string;
  from?: string;
  to?: string;
  errorClass?: string;
  errorCode?: string;
  text?: string;
  rate?: number;
  yes: boolean;
  detach: boolean;
  json: boolean;
}

const lookEveryMs = 1_000;
const over = ['stopped', 'finished'];
const namedInReport = 20;

/** One record by its sync, or all that a filter means. */
export async function retry(
  sync: string | undefined,
  options: RetryOptions,
  context: Context,
): Promise<void> {
  const call = await operatorCalls(context.installation);
  if (sync === undefined) await retryMany(options, call, context);
  else await retryOne(sync, options, call, context);
}

async function retryOne(
  sync: string,
  options: RetryOptions,
  call: CallOperator,
  { output }: Context,
): Promise<void> {
  const path = `/syncs/${encodeURIComponent(sync)}`;
  if (options.show) {
    const { record } = await call<{ record: Json }>(`${path}/record`);
    output.say(JSON.stringify(record, null, 2));
    return;
  }
  const { verb, body } = wishOf(options);
  const answer = await call<{ carriedOnBy: string | null; message: string }>(`${path}/${verb}`, body);
  if (options.json) output.say(stringifyJson(answer));
  else output.say(`${answer.message}${answer.carriedOnBy === null ? '' : ` Sync ${answer.carriedOnBy}.`}`);
}

function wishOf(options: RetryOptions): { verb: string; body: Record<string, unknown> } {
  const { edit, set, exists, sendAgain, resolve } = options;
  const wishes = [
    ...(edit === undefined ? [] : [{ verb: 'edit', body: { record: recordIn(edit) } }]),
    ...(set.length === 0 ? [] : [{ verb: 'edit', body: { fields: Object.fromEntries(set.map(fieldOf)) } }]),
    ...(exists === undefined ? [] : [{ verb: 'settle', body: { exists } }]),
    ...(sendAgain ? [{ verb: 'settle', body: { sendAgain } }] : []),
    ...(resolve === undefined ? [] : [{ verb: 'resolve', body: { reason: resolve } }]),
  ];
  if (wishes.length > 1)
    throw new Refused('One of --edit, --set, --exists, --send-again and --resolve at a time.', 2);
  const mode = options.fetch ? 'fetch' : 'stored';
  return wishes[0] ?? { verb: 'retry', body: { mode, asNew: options.asNew } };
}

function recordIn(file: string): Json {
  if (!existsSync(file)) throw new Refused(`There is no file ${file}.`, 2);
  try {
    return parseJson(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Refused(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

function fieldOf(text: string): [string, Json] {
  const at = text.indexOf('=');
  if (at < 1) throw new Refused(`--set ${text}: expected FIELD=VALUE.`, 2);
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), parseJson(value)];
  } catch {
    // What is no JSON is a text.
    return [text.slice(0, at), value];
  }
}

async function retryMany(options: RetryOptions, call: CallOperator, { output }: Context): Promise<void> {
  const order = orderOf(options);
  if (!options.yes) {
    const preview = await call<RetryPreview>('/retry-tasks/preview', order);
    if (options.json) output.say(stringifyJson(preview));
    else {
      for (const line of previewLines(preview)) output.say(line);
      if (preview.total > 0) output.say('Nothing has been changed. Add --yes to have them tried.');
    }
    return;
  }
  const task = await call<RetryTask>('/retry-tasks', order);
  if (!options.json) output.say(`Bulk retry ${task.id}.`);
  const end = options.detach ? task : await follow(task, call, options.json ? () => undefined : output.say);
  if (options.json) output.say(stringifyJson(end));
  if (end.progress.failed > 0)
    throw new Refused(`${end.progress.failed} failed again: ./syncline retry show ${end.id}`);
}

async function follow(task: RetryTask, call: CallOperator, say: (line: string) => void): Promise<RetryTask> {
  say('Ctrl-C leaves it running; ./syncline retry show and stop go with its id.');
  let line = '';
  for (let now = task; ; now = await call<RetryTask>(`/retry-tasks/${task.id}`)) {
    const next = retryLine(now);
    if (next !== line) say((line = next));
    if (over.includes(now.state)) return now;
    await sleep(lookEveryMs);
  }
}

function orderOf(options: RetryOptions): Record<string, unknown> {
  const { tenant, stream, state, object, ids, from, to, errorClass, errorCode, text, rate } = options;
  const filter = {
    streamId: stream,
    states: state?.split(',').map(Number),
    object,
    dataIds: ids?.split(',').map((id) => id.trim()),
    from: from === undefined ? undefined : momentOf(from, '--from'),
    to: to === undefined ? undefined : momentOf(to, '--to'),
    errorClass,
    errorCode,
    text,
  };
  return { tenantId: tenant, filter, mode: options.fetch ? 'fetch' : 'stored', rate };
}

export async function listRetries({ installation, output }: Context, json: boolean): Promise<void> {
  const call = await operatorCalls(installation);
  const { items } = await call<{ items: RetryTask[] }>('/retry-tasks');
  if (json) output.say(stringifyJson(items));
  else if (items.length === 0) output.say('There are no bulk retries yet.');
  else
    output.say(
      tableOf(
        ['task', 'tenant', 'by', 'progress'],
        items.map((task) => [task.id, task.tenantId, task.by, retryLine(task)]),
      ),
    );
}

export async function showRetry(id: string, { installation, output }: Context, json: boolean): Promise<void> {
  const call = await operatorCalls(installation);
  const task = await call<RetryTask>(`/retry-tasks/${encodeURIComponent(id)}`);
  const report = await call<{ items: { dataId: string; syncId: string; code: string; message: string }[] }>(
    `/retry-tasks/${encodeURIComponent(id)}/report`,
  );
  if (json) {
    output.say(stringifyJson({ ...task, report: report.items }));
    return;
  }
  output.say(retryLine(task));
  for (const { dataId, syncId, code, message } of report.items.slice(0, namedInReport))
    output.say(`  ${dataId} (${syncId}): ${message} (${code})`);
  if (report.items.length > namedInReport) output.say('  … and more: --json shows the newest 200');
}

export async function stopRetry(id: string, { installation, output }: Context): Promise<void> {
  const call = await operatorCalls(installation);
  output.say(retryLine(await call<RetryTask>(`/retry-tasks/${encodeURIComponent(id)}/stop`, {})));
}
