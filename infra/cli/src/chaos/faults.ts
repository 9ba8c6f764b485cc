import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { SandboxCrm, SandboxErp } from '@syncline/sandbox';
import { within } from '../waiting.ts';
import type { Broker } from './broker.ts';
import type { Draw } from './draw.ts';
import { groups, type OnDisk, type Rewound, type Victim } from './parts.ts';
import { countedAs, describeFault, type Fault, type LinkFault, type Planned } from './plan.ts';
import type { System } from './system.ts';

interface Targets {
  system: System;
  broker: Broker;
  erp: SandboxErp;
  crm: SandboxCrm;
  draw: Draw;
  say(line: string): void;
}

/** A file may be as large as this and no larger: less than any of theirs has, so that none may grow. */
const noGrowth = '4096';
const lookAgainMs = 100;
const sandboxWithinMs = 3_000;
const groupEmptyWithinMs = 15_000;
const endWithinMs = 120_000;

/** Carries out a plan of faults, and ends all of them. */
export class Faults {
  readonly #to: Targets;
  readonly #running = new Set<Promise<void>>();
  readonly #paused = new Set<number>();
  readonly counts: Record<string, number> = {};

  constructor(to: Targets) {
    this.#to = to;
  }

  /** @returns when the plan is over or `signal` aborts; what lasts longer goes on until `end` */
  async run(plan: readonly Planned[], signal: AbortSignal): Promise<void> {
    const began = performance.now();
    for (const { atMs, fault } of plan) {
      const waitMs = Math.max(0, atMs - (performance.now() - began));
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      this.#begin(fault, `${(atMs / 1000).toFixed(1).padStart(6)} s  ${describeFault(fault)}`);
    }
  }

  #begin(fault: Fault, line: string): void {
    const running = this.#do(fault).then(
      () => {
        this.#count(fault);
        this.#to.say(line);
      },
      (error: unknown) => {
        this.#to.say(`${line}: not done (${error instanceof Error ? error.message : String(error)})`);
      },
    );
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  #count(fault: Fault): void {
    const name = countedAs(fault);
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  async #do(fault: Fault): Promise<void> {
    if ('link' in fault) return this.#troubleLink(fault);
    switch (fault.kind) {
      case 'kill':
        return this.#signal(fault.victim, 'SIGKILL');
      case 'kill-starting':
        return this.#killStarting(fault.victim, fault.afterMs);
      case 'pause':
        return this.#pause(fault.victim, fault.forMs);
      case 'stop-broker':
        return this.#signal('kafka', 'SIGTERM');
      case 'erp':
        return this.#tellSandbox(this.#to.erp.addFault(fault.rule));
      case 'crm':
        return this.#tellSandbox(this.#to.crm.addFault(fault.rule));
      case 'rewind':
        return this.#rewind(fault.victim);
      case 'erp-clock':
        return this.#jumpClock(fault.skewMs, fault.forMs);
      case 'disk-full':
        return this.#fillDisk(fault.victim, fault.forMs);
      case 'duplicate':
        return this.#duplicate(fault.share, fault.forMs);
    }
  }

  async #jumpClock(clockSkewMs: number, forMs: number): Promise<void> {
    await this.#tellSandbox(this.#to.erp.settings({ clockSkewMs }));
    await sleep(forMs);
    await this.#untilTold(async () => {
      await this.#to.erp.settings({ clockSkewMs: 0 });
    });
  }

  /**
   * No file of the process may grow any more: each write that would have it grow fails, as on a full disk. Whoever ends
   * for it is begun again, and meets the same until the time is over.
   */
  async #fillDisk(victim: OnDisk, forMs: number): Promise<void> {
    const limited = new Set<number>();
    const until = performance.now() + forMs;
    const pids = this.#to.system.pidsOf(victim);
    if (pids.length === 0) throw new Error('it is down');
    for (const pid of pids) limited.add(await limitFiles(pid, noGrowth));
    while (performance.now() < until) {
      await sleep(lookAgainMs);
      const begun = this.#to.system.pidsOf(victim).filter((pid) => !limited.has(pid));
      for (const pid of begun) limited.add(await limitFiles(pid, noGrowth).catch(() => pid));
    }
    for (const pid of limited) await limitFiles(pid, 'unlimited').catch(() => undefined);
  }

  async #duplicate(share: number, forMs: number): Promise<void> {
    this.#to.broker.duplicate(share);
    await sleep(forMs);
    this.#to.broker.duplicate(0);
  }

  /** One process of the victim. */
  #signal(victim: Victim, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const pids = this.#to.system.pidsOf(victim);
    if (pids.length === 0) throw new Error('it is down');
    process.kill(this.#to.draw.oneOf(pids), signal);
    return Promise.resolve();
  }

  async #killStarting(victim: Victim, afterMs: readonly number[]): Promise<void> {
    await this.#signal(victim, 'SIGKILL');
    for (const waitMs of afterMs) {
      const before = this.#to.system.pidsOf(victim);
      for (let i = 0; i < 100 && isSame(before, this.#to.system.pidsOf(victim)); i += 1) await sleep(100);
      await sleep(waitMs);
      await this.#signal(victim, 'SIGKILL');
    }
  }

  async #pause(victim: Victim, forMs: number): Promise<void> {
    const pids = this.#to.system.pidsOf(victim);
    if (pids.length === 0) throw new Error('it is down');
    const pid = this.#to.draw.oneOf(pids);
    process.kill(pid, 'SIGSTOP');
    this.#paused.add(pid);
    await sleep(forMs);
    this.#resume(pid);
  }

  #resume(pid: number): void {
    if (!this.#paused.delete(pid)) return;
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // it was killed meanwhile
    }
  }

  async #troubleLink({ kind, link, forMs, delayMs }: Extract<Fault, { kind: LinkFault }>): Promise<void> {
    const proxy = this.#to.system.proxies.get(link);
    proxy?.trouble(kind, { delayMs, passes: this.#to.draw.between(0, 4_000) });
    await sleep(forMs);
    proxy?.calm();
  }

  async #tellSandbox(told: Promise<unknown>): Promise<void> {
    let problem: unknown = new Error('the sandbox does not answer');
    const done = told.then(
      () => (problem = null),
      (error: unknown) => (problem = error),
    );
    await within(done, sandboxWithinMs);
    if (problem !== null) throw problem as Error;
  }

  /** The service is stopped in order, for a group with members keeps its offsets. */
  async #rewind(victim: Rewound): Promise<void> {
    const { system, broker } = this.#to;
    const group = groups[victim];
    await system.stopService(victim);
    try {
      const until = performance.now() + groupEmptyWithinMs;
      while ((await broker.members(group)) > 0) {
        if (performance.now() > until) throw new Error(`the group ${group} still has members`);
        await sleep(500);
      }
      await broker.rewind(group);
    } finally {
      await system.startService(victim);
    }
  }

  /** Ends everything that is wrong, and waits for what is being carried out. */
  async end(): Promise<void> {
    const { system, broker, erp, crm } = this.#to;
    broker.duplicate(0);
    await within(Promise.all(this.#running), endWithinMs);
    for (const pid of [...this.#paused]) this.#resume(pid);
    for (const proxy of system.proxies.values()) proxy.calm();
    await this.#untilTold(async () => {
      await Promise.all([erp.resetFaults(), crm.resetFaults(), erp.settings({ clockSkewMs: 0 })]);
    });
  }

  /** A sandbox that was killed answers again a moment later. */
  async #untilTold(tell: () => Promise<void>): Promise<void> {
    const until = performance.now() + endWithinMs;
    for (;;) {
      try {
        await tell();
        return;
      } catch (error) {
        if (performance.now() > until) throw error;
        await sleep(500);
      }
    }
  }
}

function isSame(before: readonly number[], now: readonly number[]): boolean {
  return now.length === 0 || now.every((pid) => before.includes(pid));
}

/**
 * Sets the soft limit on the size of a running process's files (Linux).
 * @returns the process id
 */
async function limitFiles(pid: number, size: string): Promise<number> {
  await promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${size}:`], { timeout: 5_000 });
  return pid;
}
