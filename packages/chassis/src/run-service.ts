import type { Logger } from './logger.ts';
import { CannotStart } from './part.ts';
import type { Part } from './part.ts';
import { startParts, stopParts } from './start-stop.ts';

export interface ServiceOptions {
  name: string;
  logger: Logger;
  /** how long a stop may take before what is in flight is left to be done again */
  drainMs: number;
  /** in start order, the probes' server first, so that `/healthz` answers while the rest waits for store and broker */
  parts: readonly Part[];
}

/** A terminal sends SIGINT to a whole group of processes and a supervisor then sends SIGTERM: together one wish. */
const sameWishMs = 500;

const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof signalExitCodes;

/**
 * Runs a process: starts its parts in order, and on SIGTERM or SIGINT stops them and ends the process.
 *
 * A stop goes in steps, each with everything it needs still running: no longer ready; no new work, and what is in flight
 * finishes until the deadline; then the parts stop in reverse, so that a producer flushes before the store closes. A
 * second signal ends the process at once. Nothing is lost by that: what was not finished was not acknowledged either.
 */
export async function runService({ name, logger, drainMs, parts }: ServiceOptions): Promise<void> {
  endOnUncaught(logger);
  const stopping = new AbortController();
  const signalled = onStopSignal((signal) => {
    logger.info(`${name} is stopping`, { signal, drainMs });
    stopping.abort();
  });
  const begun: Part[] = [];
  let exitCode = 0;
  try {
    await Promise.race([startParts(parts, begun, stopping.signal), signalled]);
    if (!stopping.signal.aborted) logger.info(`${name} is running`);
    await signalled;
  } catch (error) {
    stopping.abort();
    exitCode = reportStartFailure(name, error, logger);
  }
  const clean = await stopParts(begun, drainMs, logger);
  logger.info(`${name} has stopped`, { clean });
  process.exit(exitCode === 0 && !clean ? 1 : exitCode);
}

/** Settles at the first signal. The second ends the process. */
function onStopSignal(begin: (signal: StopSignal) => void): Promise<void> {
  return new Promise((resolve) => {
    let first: { signal: StopSignal; at: number } | null = null;
    const receive = (signal: StopSignal): void => {
      if (first === null) {
        first = { signal, at: performance.now() };
        begin(signal);
        resolve();
      } else if (signal === first.signal || performance.now() - first.at > sameWishMs) {
        process.exit(signalExitCodes[signal]);
      }
    };
    process.on('SIGTERM', receive);
    process.on('SIGINT', receive);
  });
}

/** After an error that nobody caught, nobody knows what state we are in: end, and be started anew. */
function endOnUncaught(logger: Logger): void {
  const end = (kind: string) => (error: unknown) => {
    logger.error(`an ${kind} ended the process`, { error });
    process.exit(1);
  };
  process.on('uncaughtException', end('uncaught exception'));
  process.on('unhandledRejection', end('unhandled rejection'));
}

function reportStartFailure(name: string, error: unknown, logger: Logger): number {
  if (error instanceof CannotStart) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  logger.error(`${name} could not start`, { error });
  return 1;
}
