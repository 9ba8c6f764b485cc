import type { Installation } from './installation.ts';
import { urlOf } from './services.ts';

const limitMs = 3000;

/** Counts of failed, waiting and held records, as the console knows them. */
export async function overviewLines(installation: Installation): Promise<string[]> {
  const url = `${urlOf(installation, 'CONSOLE_PORT')}/api/overview`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limitMs), redirect: 'error' });
    if (!response.ok) return [`records: unknown, the console answers ${response.status}`];
    return describeCounts(await response.json());
  } catch {
    return ['records: unknown, the console does not answer'];
  }
}

/** The sums over all tenants in the answer's `records`; those that are not known in time are absent or null. */
export function describeCounts(body: unknown): string[] {
  const { records } = (body ?? {}) as { records?: Record<string, unknown> };
  const counts = Object.entries(records ?? {}).filter(([, count]) => typeof count === 'number');
  if (counts.length === 0) return ['records: unknown, the console has not counted them yet'];
  return [`records: ${counts.map(([name, count]) => `${name} ${String(count)}`).join(', ')}`];
}
