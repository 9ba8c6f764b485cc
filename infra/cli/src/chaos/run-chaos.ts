import { setTimeout as sleep } from 'node:timers/promises';
import { sandboxCrm, sandboxErp } from '@syncline/sandbox';
import { withKafka, withStore } from '../clients.ts';
import type { Context } from '../commands/command.ts';
import { totalLag } from '../lag.ts';
import type { Scale } from '../scale.ts';
import { Broker } from './broker.ts';
import { Draw } from './draw.ts';
import { Faults } from './faults.ts';
import { countViolations, findViolations, type Violation } from './invariants.ts';
import { Load } from './load.ts';
import { observe, type Sources } from './observe.ts';
import type { Observed } from './observed.ts';
import { People } from './people.ts';
import { planFaults } from './plan.ts';
import { findEchoes, type Probe } from './probe.ts';
import { countSeen, type ChaosReport } from './report.ts';
import { tellStories } from './story.ts';
import type { System } from './system.ts';

export interface ChaosOptions {
  minutes: number;
  seed: number;
  scale: Scale;
  scaleText: string;
  editsPerSecond: number;
  /** from one fault to the next, on average */
  faultEveryMs: number;
  /** how long it may take until all is worked off */
  settleMs: number;
}

const storeLimitMs = 60_000;
const lookEveryMs = 2_000;
const readyWithinMs = 120_000;
const probeWithinMs = 60_000;
const lastLookMs = 30_000;
const mostProbes = 40;
const mostStories = 12;

/** Runs load and faults, lets all come to rest, and compares what both sides hold. */
export async function runChaos(
  system: System,
  options: ChaosOptions,
  context: Context,
): Promise<ChaosReport> {
  const { output } = context;
  const { installation } = system;
  const startedAt = new Date().toISOString();
  output.say('Starting a Syncline of its own, with a proxy on every way between two parts.');
  await system.start(options.scale, output);
  const run = new Run(system, options, context);
  return withStore(installation, storeLimitMs, async (store) =>
    withKafka(installation, async (kafka) => {
      const sources: Sources = { ...run.sandboxes, store, lag: () => totalLag(kafka) };
      return { startedAt, ...(await run.carryOut(sources)) };
    }),
  );
}

class Run {
  readonly sandboxes;
  readonly #options: ChaosOptions;
  readonly #system: System;
  readonly #context: Context;
  readonly #log: string[] = [];
  readonly #people: People;
  readonly #load: Load;
  readonly #broker: Broker;
  readonly #faults: Faults;
  #lastSeen: Observed | null = null;

  constructor(system: System, options: ChaosOptions, context: Context) {
    this.#system = system;
    this.#options = options;
    this.#context = context;
    const { seed } = options;
    const erp = sandboxErp(system.url('SANDBOX_ERP_PORT'));
    const crm = sandboxCrm(system.url('SANDBOX_CRM_PORT'));
    this.sandboxes = { erp, crm };
    this.#people = new People(erp, crm);
    this.#load = new Load(this.#people, new Draw(seed + 1));
    this.#broker = new Broker(system.installation.ports.KAFKA_PORT, new Draw(seed + 2));
    const say = (line: string): void => {
      this.#say(line);
    };
    this.#faults = new Faults({ system, broker: this.#broker, erp, crm, draw: new Draw(seed + 3), say });
  }

  async carryOut(sources: Sources): Promise<Omit<ChaosReport, 'startedAt'>> {
    await this.#broker.start();
    await this.#disturb();
    const ended = performance.now();
    const calm = await this.#settle(sources, this.#options.settleMs);
    const calmAfterMs = calm ? Math.round(performance.now() - ended) : null;
    const probes = calm ? await this.#probe(sources) : [];
    const unready = await this.#unready();
    // The poller goes on, so that at one moment or another some message is always on its way.
    await this.#settle(sources, lastLookMs);
    const observed = this.#lastSeen ?? (await observe(sources));
    const violations = [...unready, ...findViolations(observed), ...findEchoes(observed, probes)];
    const keys = [...new Set(violations.map(({ key }) => key).filter((key) => key !== ''))];
    const stories = await tellStories(sources, keys.slice(0, mostStories));
    await this.#broker.stop();
    return {
      ...this.#figures(observed, probes.length),
      calmAfterMs,
      violations,
      stories,
      ...this.#verdict(violations),
    };
  }

  /** Load and faults, for as long as asked. */
  async #disturb(): Promise<void> {
    const { minutes, seed, editsPerSecond, faultEveryMs } = this.#options;
    const forMs = minutes * 60_000;
    const plan = planFaults(new Draw(seed), { forMs, everyMs: faultEveryMs });
    this.#say(`${String(plan.length)} faults in ${String(minutes)} minutes, seed ${String(seed)}:`);
    const end = AbortSignal.timeout(forMs);
    await Promise.all([this.#load.run(editsPerSecond, end), this.#faults.run(plan, end), aborted(end)]);
    this.#say('The load has ended; faults end, and what is open is worked off.');
    await this.#faults.end();
  }

  /** Waits until no violation is left that time may heal. */
  async #settle(sources: Sources, withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    let said = '';
    while (performance.now() < until) {
      const open = await this.#stillOpen(sources);
      if (open.length === 0) return true;
      const { lost, stale, stuck } = countViolations(open);
      const now = `  open: ${String(lost)} not there yet, ${String(stale)} not in step, ${String(stuck)} under way`;
      if (now !== said) this.#say(now);
      said = now;
      await sleep(lookEveryMs);
    }
    return false;
  }

  async #stillOpen(sources: Sources): Promise<Violation[]> {
    try {
      const unready = await this.#system.notReady();
      this.#lastSeen = await observe(sources);
      const violations = findViolations(this.#lastSeen).filter(({ mayPass }) => mayPass);
      return unready === null ? violations : [unreadiness(unready), ...violations];
    } catch (error) {
      return [unreadiness(error instanceof Error ? error.message : String(error))];
    }
  }

  async #unready(): Promise<Violation[]> {
    const until = performance.now() + readyWithinMs;
    for (;;) {
      const reason = await this.#system.notReady();
      if (reason === null) return [];
      if (performance.now() > until) return [unreadiness(`not ready again: ${reason}`)];
      await sleep(lookEveryMs);
    }
  }

  /** One edit each of some records, when nothing goes wrong: does every pair still answer, once and without an echo? */
  async #probe(sources: Sources): Promise<Probe[]> {
    const { erp, crm } = this.sandboxes;
    const things = this.#load.things.filter(
      ({ isVoided, isUncertain, edits, bornOn }) => !isVoided && !isUncertain && edits[bornOn] > 0,
    );
    const chosen = [...things.filter(({ isHot }) => isHot), ...things.toReversed()].slice(0, mostProbes);
    const [{ last: erpLast }, { last: crmLast }] = await Promise.all([
      erp.ledger({ limit: 1 }),
      crm.ledger({ limit: 1 }),
    ]);
    const probes: Probe[] = [];
    for (const thing of new Set(chosen)) {
      await this.#people.edit(thing, thing.turn, 'update');
      probes.push({ key: thing.key, side: thing.turn, after: { erp: erpLast, crm: crmLast } });
    }
    this.#say(`All is worked off. ${String(probes.length)} edits in calm:`);
    await this.#settle(sources, probeWithinMs);
    return probes;
  }

  #figures(observed: Observed, probes: number) {
    const { seed, minutes, scaleText, editsPerSecond } = this.#options;
    return {
      seed,
      minutes,
      scale: scaleText,
      editsPerSecond,
      again: `./syncline chaos --minutes ${String(minutes)} --seed ${String(seed)}${scaleText === '' ? '' : ` --scale ${scaleText}`} --rate ${String(editsPerSecond)}`,
      load: this.#load.counts,
      faults: this.#faults.counts,
      hits: observed.hits,
      duplicates: this.#broker.duplicates,
      restarts: this.#system.said.filter((line) => line.includes('is started again')).length,
      seen: countSeen(observed, probes),
    };
  }

  #verdict(violations: readonly Violation[]) {
    return { invariants: countViolations(violations), log: [...this.#log, ...this.#system.said] };
  }

  #say(line: string): void {
    this.#log.push(`${new Date().toISOString()} ${line}`);
    this.#context.output.say(line);
  }
}

function unreadiness(what: string): Violation {
  return { invariant: 'stuck', key: '', what, mayPass: true };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}
