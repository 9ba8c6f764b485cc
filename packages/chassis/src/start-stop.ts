import { whenAborted } from './clock.ts';
import type { Logger } from './logger.ts';
import { enterStage } from './part.ts';
import type { Part } from './part.ts';

/** After the deadline, what is left to close (a connection, a file) gets this long before the process ends without it. */
const graceMs = 2_000;

/** What was begun, in order: the part that is just starting is in it, for it has to be stopped too. */
export type Begun = Part[];

/**
 * Starts parts one after the other.
 * @param signal aborts when the process is to stop: no further part starts then
 */
export async function startParts(parts: readonly Part[], begun: Begun, signal: AbortSignal): Promise<void> {
  for (const part of parts) enterStage(part, 'starting');
  for (const part of parts) {
    begun.push(part);
    await part.start();
    // A stop that came meanwhile has the last word on its stage.
    if (signal.aborted) return;
    enterStage(part, 'running');
  }
}

/**
 * Stops parts: all take no new work and finish what is in flight, then each stops in reverse of the start order.
 * @returns whether every part stopped by itself and without an error
 */
export async function stopParts(begun: Begun, drainMs: number, logger: Logger): Promise<boolean> {
  for (const part of begun) enterStage(part, 'stopping');
  const deadline = new AbortController();
  const end = new AbortController();
  const deadlineTimer = setTimeout(() => deadline.abort(), drainMs);
  const endTimer = setTimeout(() => end.abort(), drainMs + graceMs);

  const finish = async (part: Part, verb: 'stopIntake' | 'stop'): Promise<boolean> => {
    try {
      const work = part[verb]?.(deadline.signal).then(() => true);
      const inTime = await Promise.race([work ?? true, whenAborted(end.signal).then(() => false)]);
      if (!inTime) logger.warn(`${part.name} did not stop in time`);
      return inTime;
    } catch (error) {
      logger.error(`${part.name} did not stop cleanly`, { error });
      return false;
    }
  };

  const results = await Promise.all(begun.map((part) => finish(part, 'stopIntake')));
  for (const part of begun.toReversed()) results.push(await finish(part, 'stop'));
  clearTimeout(deadlineTimer);
  clearTimeout(endTimer);
  return results.every(Boolean);
}
