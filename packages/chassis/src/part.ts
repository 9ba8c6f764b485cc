export type Readiness = { ready: true } | { ready: false; reason: string };

/**
 * One thing that a process starts and stops: a server, a consumer, a connection, a loop.
 *
 * `start` may wait as long as it likes for a store or broker that is not there yet, and settles once `stop` is called.
 * `stop` finishes what is begun, at the latest when `deadline` aborts, and may come before `start` has settled.
 */
export interface Part {
  readonly name: string;
  start(): Promise<void>;
  /** Takes no new work from now on and finishes what is begun; everything it needs still runs. Optional, before `stop`. */
  stopIntake?(deadline: AbortSignal): Promise<void>;
  stop(deadline: AbortSignal): Promise<void>;
  ready?(): Readiness;
}

/** A reason not to start that the operator can remove: printed as it is, without a stack trace, and the exit code is 2. */
export class CannotStart extends Error {
  override readonly name: string = 'CannotStart';
}

export type Stage = 'starting' | 'running' | 'stopping';

// Kept beside the parts and not in them, so that a part is nothing but its own four verbs.
const stages = new WeakMap<Part, Stage>();

export function enterStage(part: Part, stage: Stage): void {
  stages.set(part, stage);
}

/** What keeps a part from doing its job, or null. A part that no service runs counts as running. */
export function reasonNotReady(part: Part): string | null {
  const stage = stages.get(part) ?? 'running';
  if (stage !== 'running') return stage;
  try {
    const readiness = part.ready?.() ?? { ready: true };
    return readiness.ready ? null : readiness.reason;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
