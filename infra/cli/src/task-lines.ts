/** A historical sync task as the console tells it. */
export interface Task {
  id: string;
  tenantId: string;
  objectApiName: string;
  direction: string;
  rate: number;
  state: string;
  startAt: number;
  lastError: string | null;
  problems: string[];
  progress: {
    done: number;
    total: number | null;
    created: number;
    updated: number;
    skipped: number;
    failed: number;
    waiting: number;
    excluded: number;
    ratePerSecond: number | null;
    remainingMs: number | null;
  };
}

export interface Failure {
  dataId: string;
  syncId: string;
  code: string;
  message: string;
}

const words: Record<string, string> = {
  notYetDue: 'not yet due',
  finishedWithErrors: 'finished with errors',
};

/** How far a task is, on one line. */
export function progressLine({ state, startAt, progress }: Task): string {
  const { done, total, created, updated, skipped, failed, waiting, excluded } = progress;
  const counts = [
    `${created} created`,
    `${updated} updated`,
    `${skipped} skipped`,
    `${failed} failed`,
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(excluded > 0 ? [`${excluded} not selected`] : []),
  ];
  const head =
    state === 'notYetDue'
      ? `${words[state] ?? ''} until ${new Date(startAt).toISOString()}`
      : (words[state] ?? state);
  return `${head}: ${done} of ${total ?? '?'} done (${counts.join(', ')})${paceText(progress)}`;
}

function paceText({ ratePerSecond, remainingMs }: Task['progress']): string {
  const rate = ratePerSecond === null ? '' : `, ${ratePerSecond.toFixed(1)} a second`;
  return remainingMs === null ? rate : `${rate}, ${durationText(remainingMs)} left`;
}

function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

export function taskLines(task: Task): string[] {
  const { lastError, problems } = task;
  return [
    progressLine(task),
    ...(lastError === null ? [] : [`  tried again: ${lastError}`]),
    ...problems.map((problem) => `  ${problem}`),
  ];
}

/** Which records failed and why; the story of each is a sync. */
export function failureLines(failures: readonly Failure[], hasMore: boolean): string[] {
  const lines = failures.map(
    ({ dataId, syncId, code, message }) =>
      `  ${dataId}: ${message} (${code}${syncId === '' ? '' : `, sync ${syncId}`})`,
  );
  return hasMore ? [...lines, '  … and more: the console lists them all'] : lines;
}
