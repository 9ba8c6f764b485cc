import type { HistoryTask } from '@syncline/store';

type Active = Pick<HistoryTask, 'id' | 'tenantId' | 'state' | 'createdAt'> & { startAt?: number };

/** Of each tenant the task whose turn it is: the one that runs, else of those that are due the one asked for first. */
export function nextOfTenants<T extends Active>(active: readonly T[], now: number): T[] {
  const next = new Map<string, T>();
  for (const task of active) {
    if (task.state === 'queued' && (task.startAt ?? 0) > now) continue;
    const first = next.get(task.tenantId);
    if (first === undefined || isBefore(task, first)) next.set(task.tenantId, task);
  }
  return [...next.values()];
}

function isBefore(task: Active, other: Active): boolean {
  if (task.state !== other.state) return task.state === 'running';
  return task.createdAt === other.createdAt ? task.id < other.id : task.createdAt < other.createdAt;
}
