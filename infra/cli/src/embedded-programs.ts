import { join } from 'node:path';
import {
  buildEmbedded,
  embeddedKafka,
  embeddedStore,
  type BehindProxy,
  type EmbeddedProcess,
} from '@syncline/embedded';
import type { Installation, PortVariable } from './installation.ts';
import type { Output } from './output.ts';
import { Refused } from './refused.ts';
import type { Program } from './supervisor/program.ts';
import { succeedsWithin } from './waiting.ts';

const readyWithinMs = 60_000;
const stopWithinMs = 20_000;

/** Never opened to other machines, whatever SYNCLINE_HOST says: neither asks who is there. */
const loopback = '127.0.0.1';

const buildLimitMs = 10 * 60_000;

/** Builds the broker and store for machines without Docker, if they are not built yet. */
export async function buildEmbeddedPrograms(output: Output): Promise<void> {
  let problem = `It took over ${buildLimitMs / 60_000} minutes.`;
  const building = buildEmbedded({ log: output.say }).catch((error: unknown) => {
    problem = error instanceof Error ? error.message : String(error);
    throw error;
  });
  if (!(await succeedsWithin(building, buildLimitMs))) throw new Refused(problem);
}

/**
 * The broker and the store that this installation runs itself; none for those that the environment names.
 * @param behindProxies listeners of the broker for clients that come through a proxy
 */
export async function embeddedPrograms(
  installation: Installation,
  behindProxies: readonly BehindProxy[] = [],
): Promise<{ kafka: Program[]; store: Program[] }> {
  const { embedded, ports, home } = installation;
  const dataDir = (name: string): string => join(home, 'data', name);
  const kafka = embedded.kafka
    ? [
        await embeddedKafka({
          host: loopback,
          port: ports.KAFKA_PORT,
          dataDir: dataDir('kafka'),
          behindProxies,
        }),
      ]
    : [];
  const store = embedded.store
    ? [await embeddedStore({ host: loopback, port: ports.MONGO_PORT, dataDir: dataDir('store') })]
    : [];
  return {
    kafka: kafka.map((process) => programOf(process, 'KAFKA_PORT', installation)),
    store: store.map((process) => programOf(process, 'MONGO_PORT', installation)),
  };
}

function programOf(
  process: EmbeddedProcess,
  portVariable: PortVariable,
  { ports, env }: Installation,
): Program {
  const { name, command, args, cwd } = process;
  return {
    name,
    command,
    args,
    cwd,
    env,
    host: loopback,
    port: ports[portVariable],
    portVariable,
    readyUrl: null,
    probe: async () =>
      (await process.isReady()) ? { ready: true } : { ready: false, reason: 'it does not answer yet' },
    readyWithinMs,
    stopWithinMs,
  };
}
