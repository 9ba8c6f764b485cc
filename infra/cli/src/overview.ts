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

/** Every number of the answer by its name, one level deep. */
export function describeCounts(body: unknown): string[] {
  const counts = numbersOf(body);
  return counts.length > 0
    ? [`records: ${counts.map(([name, count]) => `${name} ${count}`).join(', ')}`]
    : [];
}

function numbersOf(body: unknown): [string, number][] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return [];
  return Object.entries(body).flatMap(([name, value]): [string, number][] => {
    if (typeof value === 'number') return [[name, value]];
    return numbersOf(value).map(([inner, count]) => [inner, count]);
  });
}
