import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleApi } from '../console-api.ts';
import { momentOf } from '../moment.ts';
import { tableOf } from '../output.ts';
import { Refused } from '../refused.ts';
import { failureLines, progressLine, taskLines, type Failure, type Task } from '../task-lines.ts';
import type { Context } from './command.ts';

export interface NewTaskOptions {
  from?: string;
  to?: string;
  ids?: string;
  where?: string;
  at?: string;
  rate?: number;
  force: boolean;
  detach: boolean;
}

const lookEveryMs = 1_000;
const over = ['stopped', 'finished', 'finishedWithErrors'];
const listed = 20;
const namedFailures = 20;

/** Starts a historical sync task and shows how far it is until it is over. Exit code 1 when records failed. */
export async function startTask(stream: string, options: NewTaskOptions, context: Context): Promise<void> {
  const { installation, output } = context;
  const api = new ConsoleApi(installation);
  const task = await api.post<Task>('/history-tasks', orderOf(stream, options));
  output.say(
    `Task ${task.id}: ${task.objectApiName}, ${task.direction}, at most ${task.rate} records a second.`,
  );
  if (options.detach) return;
  output.say('Ctrl-C leaves it running; ./syncline history show, pause or stop go with its id.');
  let line = '';
  for (let now = task; ; now = await api.get<Task>(`/history-tasks/${task.id}`)) {
    const next = progressLine(now);
    if (next !== line) output.say((line = next));
    if (now.state === 'notYetDue' || now.state === 'paused') return;
    if (over.includes(now.state)) break;
    await sleep(lookEveryMs);
  }
  await showTask(task.id, context);
}

function orderOf(stream: string, options: NewTaskOptions): Record<string, unknown> {
  const { from, to, at, ids, where, rate, force } = options;
  return {
    stream,
    force,
    ...(from !== undefined && { from: momentOf(from, '--from') }),
    ...(to !== undefined && { to: momentOf(to, '--to') }),
    ...(at !== undefined && { startAt: momentOf(at, '--at') }),
    ...(ids !== undefined && { ids: idsOf(ids) }),
    ...(where !== undefined && { where }),
    ...(rate !== undefined && { rate }),
  };
}

function idsOf(text: string): string[] {
  return text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}

export async function listTasks({ installation, output }: Context): Promise<void> {
  const { items } = await new ConsoleApi(installation).get<{ items: Task[] }>(
    `/history-tasks?limit=${listed}`,
  );
  if (items.length === 0) {
    output.say(
      'There are no historical sync tasks yet: ./syncline history STREAM --from 2026-01-31 makes one.',
    );
    return;
  }
  const rows = items.map((task) => [
    task.id,
    task.tenantId,
    task.objectApiName,
    task.direction,
    progressLine(task),
  ]);
  output.say(tableOf(['task', 'tenant', 'source', 'direction', 'progress'], rows));
}

export async function showTask(id: string, { installation, output }: Context): Promise<void> {
  const api = new ConsoleApi(installation);
  const path = `/history-tasks/${encodeURIComponent(id)}`;
  const task = await api.get<Task>(path);
  for (const line of taskLines(task)) output.say(line);
  if (task.progress.failed === 0) return;
  const { items, next } = await api.get<{ items: Failure[]; next: string | null }>(
    `${path}/failures?limit=${namedFailures}`,
  );
  for (const line of failureLines(items, next !== null)) output.say(line);
  if (over.includes(task.state)) throw new Refused(`${task.progress.failed} records failed: see above.`);
}

export async function moveTask(id: string, verb: string, { installation, output }: Context): Promise<void> {
  const path = `/history-tasks/${encodeURIComponent(id)}/${verb}`;
  output.say(progressLine(await new ConsoleApi(installation).post<Task>(path, {})));
}
