/** A bulk retry as mapping tells it. */
export interface RetryTask {
  id: string;
  tenantId: string;
  by: string;
  state: string;
  createdAt: number;
  lastError: string | null;
  progress: {
    done: number;
    total: number | null;
    created: number;
    updated: number;
    unchanged: number;
    failed: number;
    waiting: number;
    left: Record<string, number>;
    ratePerSecond: number | null;
  };
}

export interface RetryPreview {
  total: number;
  looked: number;
  counts: Record<string, number>;
  sample: { syncId: string; dataId: string; outcome: string; reason: { message: string } | null }[];
}

/** How far a bulk retry is, on one line. */
export function retryLine({ state, progress }: RetryTask): string {
  const { done, total, created, updated, unchanged, failed, waiting, left, ratePerSecond } = progress;
  const notTried = Object.values(left).reduce((sum, count) => sum + count, 0);
  const counts = [
    `${created} created`,
    `${updated} updated`,
    `${unchanged} unchanged`,
    `${failed} failed again`,
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(notTried > 0 ? [`${notTried} left: ${reasons(left)}`] : []),
  ];
  const pace = ratePerSecond === null ? '' : `, ${ratePerSecond.toFixed(1)} a second`;
  return `${state}: ${done} of ${total ?? '?'} (${counts.join(', ')})${pace}`;
}

function reasons(left: Record<string, number>): string {
  return Object.entries(left)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}

/** What a bulk retry would do. */
export function previewLines({ total, looked, counts, sample }: RetryPreview): string[] {
  if (total === 0) return ['Nothing is meant: no such failure is open.'];
  const some = looked < total ? `; the first ${looked} were looked at` : '';
  const byCount = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  return [
    `${total} syncs are meant${some}:`,
    ...byCount.map(([name, count]) => `${String(count).padStart(8)} ${name}`),
    'For instance:',
    ...sample.map(
      ({ syncId, dataId, outcome, reason }) =>
        `  ${dataId} (${syncId}): ${outcome}${reason === null ? '' : `: ${reason.message}`}`,
    ),
  ];
}
