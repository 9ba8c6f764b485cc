import { join } from 'node:path';
import { reachableHost, type Installation, type PortVariable } from './installation.ts';
import { freePort } from './ports.ts';
import { instanceNames, type Scale } from './scale.ts';
import { withSecretKey } from './secret-key.ts';
import type { Program } from './supervisor/program.ts';
import { httpProbe } from './waiting.ts';

/** A Node process of ours: what it runs and the variable that its port is read from. */
interface NodeProcess {
  name: string;
  /** below the project's folder */
  main: string;
  portVariable: PortVariable;
  /** its batches live long enough to be copied by each collection of a small young generation */
  hasLargeBatches?: boolean;
}

const consoleProcess: NodeProcess = {
  name: 'console',
  main: 'services/console/dist/main.js',
  portVariable: 'CONSOLE_PORT',
};
const scaledServices = [
  {
    name: 'receiver',
    main: 'services/receiver/dist/main.js',
    portVariable: 'RECEIVER_PORT',
    hasLargeBatches: true,
  },
  { name: 'poller', main: 'services/poller/dist/main.js', portVariable: 'POLLER_PORT' },
  {
    name: 'mapping',
    main: 'services/mapping/dist/main.js',
    portVariable: 'MAPPING_PORT',
    hasLargeBatches: true,
  },
  { name: 'pusher', main: 'services/pusher/dist/main.js', portVariable: 'PUSHER_PORT' },
] as const satisfies NodeProcess[];
const sandbox: NodeProcess[] = [
  { name: 'sandbox-erp', main: 'infra/sandbox/dist/erp/main.js', portVariable: 'SANDBOX_ERP_PORT' },
  { name: 'sandbox-crm', main: 'infra/sandbox/dist/crm/main.js', portVariable: 'SANDBOX_CRM_PORT' },
];

const smallYoungMb = 8;
const readyWithinMs = 90_000;
/** beyond its drain, a process has this long to end by itself */
const stopGraceMs = 5000;

/** The services, each as often as `scale` says, and the console. A second instance listens on a free port. */
export async function servicePrograms(where: Installation, scale: Scale): Promise<Program[]> {
  const installation = withSecretKey(where);
  const programs: Program[] = [nodeProgram(installation, consoleProcess)];
  for (const service of scaledServices) {
    for (const name of instanceNames(service.name, scale[service.name])) {
      const port = name === service.name ? null : await freePort(installation.host);
      programs.push(nodeProgram(installation, { ...service, name }, port));
    }
  }
  return programs;
}

/**
 * The other two sides, for demonstration and tests.
 * @param hasTraffic do they change records of their own accord? `SANDBOX_TRAFFIC` decides where it is set
 */
export function sandboxPrograms(installation: Installation, hasTraffic: boolean): Program[] {
  const env = { SANDBOX_TRAFFIC: hasTraffic ? '1' : '0', ...installation.env };
  return sandbox.map((process) => nodeProgram({ ...installation, env }, process));
}

/** Where a person or a client finds a process that listens on that port. */
export function urlOf({ host, ports }: Installation, variable: PortVariable): string {
  return `http://${reachableHost(host)}:${ports[variable]}`;
}

function nodeProgram(
  installation: Installation,
  what: NodeProcess,
  otherPort: number | null = null,
): Program {
  const { root, host, ports, heapMb, env, drainMs } = installation;
  const { name, main, portVariable, hasLargeBatches = false } = what;
  const port = otherPort ?? ports[portVariable];
  const readyUrl = `http://${reachableHost(host)}:${port}/readyz`;
  return {
    name,
    command: process.execPath,
    args: [
      `--max-old-space-size=${heapMb}`,
      // V8 begins with a limit of a few MB more than what lives, and collects at each step on the way up: a quarter of
      // the processor time of mapping, a third of the receiver's.
      `--initial-old-space-size=${Math.ceil(heapMb / 2)}`,
      // Where it is not needed a young generation of up to 64 MB is memory for nothing. Source maps are left out for the
      // same reason: the JavaScript reads like its source.
      ...(hasLargeBatches ? [] : [`--max-semi-space-size=${smallYoungMb}`]),
      '--disable-proto=delete',
      join(root, main),
    ],
    cwd: root,
    env: { ...env, [portVariable]: String(port) },
    host,
    port,
    portVariable: otherPort === null ? portVariable : null,
    readyUrl,
    probe: httpProbe(readyUrl),
    readyWithinMs,
    stopWithinMs: drainMs + stopGraceMs,
  };
}
