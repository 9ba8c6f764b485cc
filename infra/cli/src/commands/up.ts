import { join, resolve } from 'node:path';
import { announceReady } from '../announce.ts';
import { readFolder, type Folder } from '../config-folder.ts';
import { followFeeds } from '../feed.ts';
import { firstAdmin, forConsole, type FirstAdmin } from '../first-admin.ts';
import { withInternalSecret } from '../internal-secret.ts';
import { onStopSignals } from '../stop-signals.ts';
import { requireFreePorts } from '../ports.ts';
import { Refused } from '../refused.ts';
import { parseScale } from '../scale.ts';
import { sandboxPrograms, servicePrograms } from '../services.ts';
import { stopLeftovers } from '../supervisor/leftovers.ts';
import { LogFiles } from '../supervisor/log-files.ts';
import type { Program } from '../supervisor/program.ts';
import { RunFiles } from '../supervisor/run-files.ts';
import { Seat } from '../supervisor/seat.ts';
import { fixedPorts, Supervisor } from '../supervisor/supervisor.ts';
import { buildEmbeddedPrograms, embeddedPrograms } from '../embedded-programs.ts';
import { prepareBrokerAndStore } from '../prepare-broker-and-store.ts';
import type { Context } from './command.ts';

export interface UpOptions {
  config?: string;
  sandbox: boolean;
  scale?: string;
}

/** Everything that `up` decided on before it starts the first process. */
interface Plan {
  folder: Folder;
  store: Program[];
  kafka: Program[];
  sandbox: Program[];
  services: Program[];
}

/** Runs the whole system in the foreground until it is told to stop (contract 1). */
export async function up(options: UpOptions, context: Context): Promise<void> {
  const { installation } = context;
  const scale = parseScale(options.scale);
  const folder = await readFolder(
    resolve(options.config ?? join(installation.root, 'infra/sandbox/config')),
    installation,
  );
  const seat = new Seat(installation.home);
  const holder = seat.take();
  if (holder)
    throw new Refused(`Syncline runs already (pid ${holder.pid}); stop it with ./syncline down.`, 2);
  try {
    const runFiles = new RunFiles(installation.home);
    await clearLeftovers(runFiles, context);
    const plan: Plan = {
      folder,
      ...(await embeddedPrograms(installation)),
      sandbox: options.sandbox ? sandboxPrograms(installation, options.config === undefined) : [],
      services: await servicePrograms(withInternalSecret(installation), scale),
    };
    await requireFreePorts(fixedPorts([...plan.store, ...plan.kafka, ...plan.sandbox, ...plan.services]));
    await run(plan, { seat, runFiles, context });
  } finally {
    seat.release();
  }
}

async function run(
  plan: Plan,
  { seat, runFiles, context }: { seat: Seat; runFiles: RunFiles; context: Context },
): Promise<void> {
  const { installation, output } = context;
  const supervisor = new Supervisor({ runFiles, logs: new LogFiles(installation.home), output });
  const signals = onStopSignals({
    onFirst: () => {
      output.say(
        'Stopping: draining the services, then the broker, then the store. Ctrl-C again ends them at once.',
      );
    },
    onSecond: () => {
      supervisor.kill();
      seat.release();
      process.exit(130);
    },
  });
  try {
    // A stop need not wait for a start that is under way.
    const starting = startAll(plan, supervisor, { ...context, signal: signals.signal });
    const admin = (await Promise.race([starting, signals.stopped])) ?? null;
    if (!signals.signal.aborted) {
      seat.markReady();
      announceReady(installation, output, { hasSandbox: plan.sandbox.length > 0, admin });
      await followFeeds(feedUrls(plan), { output, signal: signals.signal });
      await signals.stopped;
    }
  } finally {
    await supervisor.stop();
    signals.release();
  }
  output.say('Syncline has stopped.');
}

interface Starting extends Context {
  signal: AbortSignal;
}

/**
 * Stages stop in reverse: services, sandbox, broker, store.
 * @returns the console's first user, when this is where it is made
 */
async function startAll(plan: Plan, supervisor: Supervisor, starting: Starting): Promise<FirstAdmin | null> {
  const { installation, output, signal } = starting;
  const { store, kafka, sandbox, services, folder } = plan;
  let admin: FirstAdmin | null = null;
  const steps = [
    () => (store.length + kafka.length > 0 ? buildEmbeddedPrograms(output) : null),
    () => Promise.all([supervisor.start(store, signal), supervisor.start(kafka, signal)]),
    () => prepareBrokerAndStore(folder, installation, output),
    async () => (admin = await firstAdmin(installation)),
    () =>
      Promise.all([supervisor.start(sandbox, signal), supervisor.start(forConsole(services, admin), signal)]),
  ];
  output.say('Starting:');
  for (const step of steps) {
    if (signal.aborted) break;
    await step();
  }
  return admin;
}

async function clearLeftovers(runFiles: RunFiles, { installation, output }: Context): Promise<void> {
  const running = runFiles.running().map(({ name }) => name);
  if (running.length === 0) return;
  output.say(`Stopping what an earlier run left behind: ${running.join(', ')}.`);
  await stopLeftovers(runFiles, installation.drainMs + 5000);
}

function feedUrls({ sandbox }: Plan): string[] {
  return sandbox.flatMap(({ readyUrl }) => (readyUrl ? [new URL('/control/feed', readyUrl).href] : []));
}
