import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../commands/command.ts';
import { readFolder } from '../config-folder.ts';
import { buildEmbeddedPrograms, embeddedPrograms } from '../embedded-programs.ts';
import { portDefaults, readInstallation, type Env, type Installation } from '../installation.ts';
import type { Output } from '../output.ts';
import { freePort } from '../ports.ts';
import { prepareBrokerAndStore } from '../prepare-broker-and-store.ts';
import { Refused } from '../refused.ts';
import { parseScale } from '../scale.ts';
import { servicePrograms } from '../services.ts';
import { stopLeftovers } from '../supervisor/leftovers.ts';
import { LogFiles } from '../supervisor/log-files.ts';
import { RunFiles } from '../supervisor/run-files.ts';
import { Seat } from '../supervisor/seat.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { benchConfig, type BenchConfigOptions } from './bench-config.ts';
import { startChild, type Child } from './child.ts';
import type { Verbs } from './child-verbs.ts';
import { databaseUri } from './database-uri.ts';

const host = '127.0.0.1';

export interface SystemOptions {
  /** tells its topics and its database from those of other systems of this run */
  name: string;
  services: readonly string[];
  /** the ERP that its data center leads to */
  erpPort?: number;
  /** see `benchConfig` */
  config?: BenchConfigOptions;
}

/** Services with topics and a database of their own. */
export interface System {
  installation: Installation;
  stop(): Promise<void>;
}

/**
 * Where a benchmark runs: a home of its own, with a broker and a store that nothing else uses, unless the environment
 * names real ones. All that is started goes through here, so that all of it is stopped.
 */
export class Place {
  readonly installation: Installation;
  /** sets its topics and databases apart on a broker and a store that are not its own */
  readonly stamp: string;
  readonly #seat: Seat;
  readonly #output: Output;
  /** broker and store first, then systems */
  readonly #supervisors: Supervisor[] = [];
  readonly #children = new Set<{ stop(): void }>();
  #isClosing = false;

  private constructor(
    installation: Installation,
    stamp: string,
    { seat, output }: { seat: Seat; output: Output },
  ) {
    this.installation = installation;
    this.stamp = stamp;
    this.#seat = seat;
    // What is up is told by figures.
    this.#output = { say: () => undefined, warn: output.warn };
  }

  /** @throws Refused when another benchmark of this installation runs */
  static async take({ installation, env, output }: Context, stamp: string): Promise<Place> {
    const folder = join(installation.home, 'bench');
    const seat = new Seat(folder);
    const holder = seat.take();
    if (holder)
      throw new Refused(`A benchmark runs already (pid ${holder.pid}); two would measure each other.`, 2);
    const home = join(folder, 'home');
    await stopLeftovers(new RunFiles(home), installation.drainMs);
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    const own = readInstallation(await ownEnv(env, home));
    return new Place(own, stamp, { seat, output });
  }

  /** Starts the broker and the store, and waits until both answer. */
  async open(output: Output): Promise<void> {
    const { kafka, store } = await embeddedPrograms(this.installation);
    if (kafka.length + store.length > 0) await buildEmbeddedPrograms(output);
    this.#refuseWhenClosing();
    await this.#supervise(this.installation).start([...kafka, ...store], never);
  }

  /** Starts services that see a fresh world, and waits until all are ready. */
  async system({ name, services, erpPort, config }: SystemOptions): Promise<System> {
    const installation = this.named(name);
    const folder = join(installation.home, `config-${name}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'bench.yaml'), benchConfig(`http://${host}:${erpPort ?? 9}/erp`, config));
    await prepareBrokerAndStore(await readFolder(folder, installation), installation, this.#output);
    const programs = await servicePrograms(installation, parseScale(undefined));
    this.#refuseWhenClosing();
    const supervisor = this.#supervise(installation);
    await supervisor.start(
      programs.filter((program) => services.includes(program.name)),
      never,
    );
    return { installation, stop: () => this.#stop(supervisor) };
  }

  /** A process of the benchmark itself; its output goes to a log of its own. */
  async child<V extends Verbs>(role: string): Promise<Child<V>> {
    const child = await startChild<V>(role, new LogFiles(this.installation.home).open(`bench-${role}`));
    this.#children.add(child);
    if (this.#isClosing) this.end(child);
    this.#refuseWhenClosing();
    return child;
  }

  /** Ends such a process. */
  end(child: { stop(): void }): void {
    child.stop();
    this.#children.delete(child);
  }

  /** The process id of each supervised process, by its name. */
  pids(): Map<string, number> {
    return new Map(new RunFiles(this.installation.home).running().map(({ name, pid }) => [name, pid]));
  }

  /** Stops whatever a scenario left running; broker and store stay. */
  async stopSystems(): Promise<void> {
    for (const child of this.#children) this.end(child);
    for (const supervisor of this.#supervisors.slice(1).toReversed()) await this.#stop(supervisor);
  }

  /** Is everything being stopped, so that what goes on fails for that alone? */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Stops everything in order, the last started first; nothing can be started any more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.stopSystems();
    await this.#supervisors[0]?.stop();
    this.#leave();
  }

  /** Ends everything at once. */
  kill(): void {
    this.#isClosing = true;
    for (const child of this.#children) child.stop();
    for (const supervisor of this.#supervisors) supervisor.kill();
    this.#leave();
  }

  /** An installation whose topics and database are those of this name. */
  named(name: string): Installation {
    const { env, mongodbUri } = this.installation;
    return readInstallation({
      ...env,
      SYNCLINE_TOPIC_PREFIX: `bench-${this.stamp}-${name}.`,
      MONGODB_URI: databaseUri(mongodbUri, `bench_${this.stamp}_${name}`),
    });
  }

  #refuseWhenClosing(): void {
    if (this.#isClosing) throw new Refused('The benchmark is being stopped.');
  }

  #supervise(installation: Installation): Supervisor {
    const { home } = installation;
    const supervisor = new Supervisor({
      runFiles: new RunFiles(home),
      logs: new LogFiles(home),
      output: this.#output,
    });
    this.#supervisors.push(supervisor);
    return supervisor;
  }

  async #stop(supervisor: Supervisor): Promise<void> {
    await supervisor.stop();
    this.#supervisors.splice(this.#supervisors.indexOf(supervisor), 1);
  }

  #leave(): void {
    rmSync(this.installation.home, { recursive: true, force: true });
    this.#seat.release();
  }
}

/** A start is not given up by a signal: `close` stops what it started. */
const never = new AbortController().signal;

async function ownEnv(env: Env, home: string): Promise<Env> {
  const variables = Object.keys(portDefaults);
  const ports = new Set<number>();
  while (ports.size < variables.length) ports.add(await freePort(host));
  const found = [...ports];
  const texts = Object.fromEntries(variables.map((variable, index) => [variable, String(found[index])]));
  return { ...env, ...texts, SYNCLINE_HOME: home, SYNCLINE_HOST: host };
}
