import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { memoryMbOf } from '../supervisor/process-identity.ts';

/** Linux counts processor time in this unit for every program (proc(5), USER_HZ). */
const tickMs = 10;

/** Processor time that a process has used, in ms; 0 when it cannot be told. */
function cpuMsOf(pid: number): number {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) * tickMs;
    }
    const time = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8', timeout: 5000 });
    return (
      time
        .trim()
        .split(':')
        .reduce((sum, part) => sum * 60 + Number(part), 0) * 1000
    );
  } catch {
    return 0;
  }
}

/** Processor time of several processes between two moments. */
export class CpuMeter {
  readonly #pids: ReadonlyMap<string, number>;
  readonly #before: Map<string, number>;

  constructor(pids: ReadonlyMap<string, number>) {
    this.#pids = pids;
    this.#before = this.#read();
  }

  /** ms since the beginning, by name */
  usedMs(): Map<string, number> {
    return new Map([...this.#read()].map(([name, ms]) => [name, ms - (this.#before.get(name) ?? 0)]));
  }

  #read(): Map<string, number> {
    return new Map([...this.#pids].map(([name, pid]) => [name, cpuMsOf(pid)]));
  }
}

/** Resident memory of several processes, in MB, the most of what was seen. */
export class MemoryMeter {
  readonly #pids: ReadonlyMap<string, number>;
  readonly #peaks = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(pids: ReadonlyMap<string, number>, everyMs = 250) {
    this.#pids = pids;
    this.#look();
    this.#timer = setInterval(() => this.#look(), everyMs);
  }

  stop(): ReadonlyMap<string, number> {
    clearInterval(this.#timer);
    this.#look();
    return this.#peaks;
  }

  #look(): void {
    for (const [name, pid] of this.#pids) {
      this.#peaks.set(name, Math.max(this.#peaks.get(name) ?? 0, memoryMbOf(pid) ?? 0));
    }
  }
}
