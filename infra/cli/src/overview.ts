import type { ConsoleApi } from './console-api.ts';

/** Counts of failed, waiting and held records, as the console knows them. */
export async function overviewLines(api: ConsoleApi): Promise<string[]> {
  try {
    return describeCounts(await api.get('/overview'));
  } catch (error) {
    return [`records: unknown. ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** The sums over all tenants in the answer's `records`; those that are not known in time are absent or null. */
export function describeCounts(body: unknown): string[] {
  const { records } = (body ?? {}) as { records?: Record<string, unknown> };
  const counts = Object.entries(records ?? {}).filter(([, count]) => typeof count === 'number');
  if (counts.length === 0) return ['records: unknown, the console has not counted them yet'];
  return [`records: ${counts.map(([name, count]) => `${name} ${String(count)}`).join(', ')}`];
}
