import {
  retireBytes,
  retireCpuSeconds,
  type ExpressionReply,
  type FromSandbox,
  type FunctionReply,
  type Job,
} from './jobs.ts';

// The program of a sandbox process: one job at a time, no environment, no files beyond its own code, no signals. Whatever
// a job does to this process, `SandboxPool` starts another.

function post(message: FromSandbox): void {
  process.send?.(message);
}

/** @returns the reply, and whether the engine behind it can go on */
async function run(job: Job): Promise<{ reply: ExpressionReply | FunctionReply; damaged: boolean }> {
  if (job.kind === 'expressions') {
    const { runExpressions } = await import('./run-expressions.ts');
    return { reply: await runExpressions(job.requests, job.sliceMs), damaged: false };
  }
  const { isEngineDamaged, runFunction } = await import('./run-function.ts');
  return { reply: await runFunction(job), damaged: isEngineDamaged() };
}

async function answer(job: Job): Promise<void> {
  const { reply, damaged } = await run(job);
  const { user, system } = process.cpuUsage();
  const worn = (user + system) / 1e6 > retireCpuSeconds || process.memoryUsage.rss() > retireBytes;
  post({ reply, retire: damaged || worn });
}

// Ctrl-C reaches the whole process group, but the service drains first: it ends its sandboxes itself.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (job: Job) => {
  void answer(job).catch(() => process.exit(1));
});
// Loaded before the first job, so that loading is not counted against its time.
await import('./run-expressions.ts');
post({ ready: true });
