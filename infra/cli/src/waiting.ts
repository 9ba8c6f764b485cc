import { setTimeout as sleep } from 'node:timers/promises';
import type { Readiness } from '@syncline/chassis';

export type Probe = () => Promise<Readiness>;

/** The limit of one probe; a process that takes longer is not ready. */
const probeLimitMs = 2000;

/** Asks `GET /readyz` (contract 1). */
export function httpProbe(url: string): Probe {
  return async () => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(probeLimitMs), redirect: 'error' });
      const body = await response.text();
      return response.ok ? { ready: true } : { ready: false, reason: reasonOf(body, response.status) };
    } catch (error) {
      return { ready: false, reason: networkReason(error) };
    }
  };
}

/**
 * Asks until it is ready, gives up at the limit or when told to.
 * @returns ready, or the last reason
 */
export async function untilReady(
  probe: Probe,
  { withinMs, everyMs, signal }: { withinMs: number; everyMs: number; signal: AbortSignal },
): Promise<Readiness> {
  const end = performance.now() + withinMs;
  let last: Readiness = { ready: false, reason: 'not asked yet' };
  while (!signal.aborted) {
    last = await probe();
    if (last.ready || performance.now() >= end) return last;
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return last;
}

/** Waits for the work to end, well or not, at most as long as the limit: did it end? */
export async function within(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  const ended = work.then(
    () => true,
    () => true,
  );
  return raceWithLimit(ended, limitMs);
}

/** Waits for the work to end, at most as long as the limit: did it end well? */
export async function succeedsWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  const succeeded = work.then(
    () => true,
    () => false,
  );
  return raceWithLimit(succeeded, limitMs);
}

async function raceWithLimit(work: Promise<boolean>, limitMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(limitMs, false, { signal: timer.signal }).catch(() => false);
  const result = await Promise.race([work, late]);
  timer.abort();
  return result;
}

/** The reasons of a `/readyz` answer: `{reasons: [{part, reason}]}` of chassis, `{reason}` of the sandbox. */
function reasonOf(body: string, status: number): string {
  const reasons = reasonsIn(body).map(({ part, reason }) => (part ? `${part}: ${reason}` : reason));
  return reasons.length > 0 ? reasons.join('; ').slice(0, 500) : `it answers ${status}`;
}

interface Reason {
  part?: string;
  reason: string;
}

function reasonsIn(body: string): Reason[] {
  try {
    const { reasons, reason } = JSON.parse(body) as { reasons?: Reason[]; reason?: string };
    if (Array.isArray(reasons)) return reasons;
    return reason ? [{ reason }] : [];
  } catch {
    return [];
  }
}

function networkReason(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  if (cause?.code === 'ECONNREFUSED') return 'it does not listen yet';
  if (error instanceof Error && error.name === 'TimeoutError')
    return `it does not answer within ${probeLimitMs} ms`;
  return cause?.code ?? (error instanceof Error ? error.message : 'it cannot be reached');
}
