import { BadSetting } from './environment.ts';
import { createLog, messageOf } from './log.ts';

/** A sandbox that runs. */
export interface RunningSandbox {
  url: string;
  stop(): Promise<void>;
}

interface Process {
  name: string;
  portVariable: string;
  start(): Promise<RunningSandbox>;
}

/** Runs one sandbox as a process: SIGTERM and SIGINT stop it, a second signal ends it at once. */
export async function runSandbox({ name, portVariable, start }: Process): Promise<void> {
  const log = createLog(name);
  let sandbox: RunningSandbox;
  try {
    sandbox = await start();
  } catch (error) {
    process.stderr.write(`${name}: ${startFailure(error, portVariable)}\n`);
    process.exit(isPortInUse(error) || error instanceof BadSetting ? 2 : 1);
  }
  log.info('started', { url: sandbox.url });
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    sandbox.stop().then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.warn('the stop failed', { error: messageOf(error) });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function isPortInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function startFailure(error: unknown, portVariable: string): string {
  return isPortInUse(error) ? `the port is in use; set ${portVariable} to a free one` : messageOf(error);
}
