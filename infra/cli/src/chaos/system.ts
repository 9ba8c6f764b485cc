import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BehindProxy } from '@syncline/embedded';
import type { Context } from '../commands/command.ts';
import { readFolder } from '../config-folder.ts';
import { buildEmbeddedPrograms, embeddedPrograms } from '../embedded-programs.ts';
import { portDefaults, readInstallation, type Env, type Installation } from '../installation.ts';
import type { Output } from '../output.ts';
import { freePort } from '../ports.ts';
import { prepareBrokerAndStore } from '../prepare-broker-and-store.ts';
import { Refused } from '../refused.ts';
import type { Scale } from '../scale.ts';
import { sandboxPrograms, servicePrograms } from '../services.ts';
import { stopLeftovers } from '../supervisor/leftovers.ts';
import { LogFiles } from '../supervisor/log-files.ts';
import type { Program } from '../supervisor/program.ts';
import { RunFiles } from '../supervisor/run-files.ts';
import { Seat } from '../supervisor/seat.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { chaosConfig, erpToken, pushToken, tenantId, dataCenterId } from './config.ts';
import { kafkaClients, links, type Link, type Victim } from './parts.ts';
import { Proxy } from './proxy.ts';

const host = '127.0.0.1';
/** A start is not given up by a signal: `close` stops what it started. */
const never = new AbortController().signal;

/**
 * A whole Syncline with a home and ports of its own, started by the supervisor of `./syncline up`, with a proxy on every
 * way between two parts. Each service has a supervisor of its own, so that it can be stopped alone.
 */
export class System {
  /** past the proxies */
  readonly installation: Installation;
  readonly proxies: ReadonlyMap<Link, Proxy>;
  readonly #behindProxies: BehindProxy[];
  readonly #supervisors = new Map<string, Supervisor>();
  readonly #programs = new Map<string, Program[]>();
  readonly #runFiles: RunFiles;
  readonly #seat: Seat;
  /** what the supervisors said: restarts, above all */
  readonly said: string[] = [];

  private constructor(
    { installation, seat }: { installation: Installation; seat: Seat },
    { proxies, behindProxies }: { proxies: Map<Link, Proxy>; behindProxies: BehindProxy[] },
  ) {
    this.installation = installation;
    this.proxies = proxies;
    this.#behindProxies = behindProxies;
    this.#seat = seat;
    this.#runFiles = new RunFiles(installation.home);
  }

  /** @throws Refused when another harness of this installation runs */
  static async take({ installation, env }: Context): Promise<System> {
    const folder = join(installation.home, 'chaos');
    const seat = new Seat(folder);
    const holder = seat.take();
    if (holder)
      throw new Refused(
        `A fault harness runs already here (pid ${holder.pid}); give this one a SYNCLINE_HOME of its own.`,
        2,
      );
    const home = join(folder, 'home');
    await stopLeftovers(new RunFiles(home), installation.drainMs);
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    const own = readInstallation(await ownEnv(env, home));
    return new System({ installation: own, seat }, await openProxies(own));
  }

  /** Starts everything, and waits until all of it is ready. */
  async start(scale: Scale, output: Output): Promise<void> {
    const { installation } = this;
    await buildEmbeddedPrograms(output);
    const { kafka, store } = await embeddedPrograms(installation, this.#behindProxies);
    await Promise.all([this.#startOne('kafka', kafka), this.#startOne('store', store)]);
    const folder = join(installation.home, 'config');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'chaos.yaml'), chaosConfig(this.#portOf('to-erp')));
    const quiet: Output = { say: () => undefined, warn: output.warn };
    await prepareBrokerAndStore(await readFolder(folder, installation), installation, quiet);
    const programs = [
      ...(await servicePrograms(installation, scale)),
      ...sandboxPrograms(installation, false),
    ].map((program) => this.#throughProxies(program));
    const byService = Map.groupBy(programs, ({ name }) => serviceOf(name));
    await Promise.all([...byService].map(([name, some]) => this.#startOne(name, some)));
  }

  /** Stops the processes of one service in order. */
  async stopService(name: string): Promise<void> {
    await this.#supervisors.get(name)?.stop();
  }

  async startService(name: string): Promise<void> {
    await this.#startOne(name, this.#programs.get(name) ?? []);
  }

  /** The process ids of a victim at this moment; none while it is down. */
  pidsOf(victim: Victim): number[] {
    return this.#runFiles
      .running()
      .filter(({ name }) => serviceOf(name) === victim)
      .map(({ pid }) => pid);
  }

  url(variable: 'SANDBOX_ERP_PORT' | 'SANDBOX_CRM_PORT'): string {
    return `http://${host}:${this.installation.ports[variable]}`;
  }

  /** Why the first process that is not ready is not; null when all are. */
  async notReady(): Promise<string | null> {
    const programs = [...this.#programs.values()].flat();
    const found = await Promise.all(
      programs.map(async ({ name, probe }) => {
        const readiness = await probe();
        return readiness.ready ? null : `${name}: ${readiness.reason}`;
      }),
    );
    return found.find((reason) => reason !== null) ?? null;
  }

  /** Stops everything: services and sandbox, then the broker and the store. */
  async close(keepHome: boolean): Promise<void> {
    const outer = [...this.#supervisors.keys()].filter((name) => name !== 'kafka' && name !== 'store');
    await Promise.all(outer.map((name) => this.stopService(name)));
    await Promise.all(['kafka', 'store'].map((name) => this.stopService(name)));
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
    this.#leave(keepHome);
  }

  /** Ends everything at once. */
  kill(): void {
    for (const supervisor of this.#supervisors.values()) supervisor.kill();
    this.#leave(true);
  }

  #leave(keepHome: boolean): void {
    if (!keepHome) rmSync(this.installation.home, { recursive: true, force: true });
    this.#seat.release();
  }

  async #startOne(name: string, programs: Program[]): Promise<void> {
    const say = (line: string): void => void this.said.push(`${new Date().toISOString()} ${line}`);
    const supervisor = new Supervisor({
      runFiles: this.#runFiles,
      logs: new LogFiles(this.installation.home),
      output: { say, warn: say },
    });
    this.#supervisors.set(name, supervisor);
    this.#programs.set(name, programs);
    await supervisor.start(programs, never);
  }

  #throughProxies(program: Program): Program {
    const service = serviceOf(program.name);
    const env = { ...program.env };
    const client = kafkaClients.find((one) => one === service);
    if (client !== undefined) env['KAFKA_BROKERS'] = `${host}:${this.#portOf(`${client}-kafka`)}`;
    if (client !== undefined && client !== 'sandbox-crm')
      env['MONGODB_URI'] = `mongodb://${host}:${this.#portOf(`${client}-store`)}/syncline`;
    if (service === 'sandbox-erp') {
      env['SANDBOX_PUSH_URL'] =
        `http://${host}:${this.#portOf('to-receiver')}/erp/syncdata/open/objdata/asyncpush`;
    }
    return { ...program, env };
  }

  #portOf(link: Link): number {
    return this.proxies.get(link)?.port ?? 0;
  }
}

/** The service of a process: `pusher` of `pusher-2`. */
function serviceOf(name: string): string {
  return name.replace(/-\d+$/, '');
}

async function ownEnv(env: Env, home: string): Promise<Env> {
  const variables = Object.keys(portDefaults);
  const ports = await freePorts(variables.length);
  const texts = Object.fromEntries(variables.map((variable, index) => [variable, String(ports[index])]));
  const { KAFKA_BROKERS: _kafka, MONGODB_URI: _store, SYNCLINE_TOPIC_PREFIX: _prefix, ...rest } = env;
  return {
    ...rest,
    ...texts,
    SYNCLINE_HOME: home,
    SYNCLINE_HOST: host,
    SYNCLINE_ALLOW_FAST_POLL: '1',
    SANDBOX_TENANT_ID: tenantId,
    SANDBOX_DATA_CENTER_ID: dataCenterId,
    SANDBOX_PUSH_TOKEN: pushToken,
    SANDBOX_ERP_TOKEN: erpToken,
  };
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort(host));
  return [...ports];
}

/** The broker gets a listener for each of its clients: it sends them to the address of their own proxy. */
async function openProxies(
  installation: Installation,
): Promise<{ proxies: Map<Link, Proxy>; behindProxies: BehindProxy[] }> {
  const { ports } = installation;
  const proxies = new Map<Link, Proxy>();
  const behindProxies: BehindProxy[] = [];
  const brokerPorts = await freePorts(kafkaClients.length);
  for (const [index, client] of kafkaClients.entries()) {
    const port = brokerPorts[index] ?? 0;
    const proxy = await Proxy.listen(0, port);
    proxies.set(`${client}-kafka`, proxy);
    const name = client.toUpperCase().replace(/[^A-Z]/g, '');
    behindProxies.push({ name, port, advertisedPort: proxy.port });
  }
  const targets: Partial<Record<Link, number>> = {
    'to-erp': ports.SANDBOX_ERP_PORT,
    'to-receiver': ports.RECEIVER_PORT,
  };
  for (const link of links)
    if (!proxies.has(link)) proxies.set(link, await Proxy.listen(0, targets[link] ?? ports.MONGO_PORT));
  return { proxies, behindProxies };
}
