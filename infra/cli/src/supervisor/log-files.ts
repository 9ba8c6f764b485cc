import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { printable } from '../output.ts';

/** A log is moved aside at this size, and this many old ones are kept: at most 40 MB for each process. */
export const logLimits = { maxBytes: 10 * 1024 * 1024, keep: 3 };

/**
 * `logs/NAME.log` of each process. The process writes to the file itself, not through a pipe of ours, so that it
 * outlives a supervisor that is killed.
 */
export class LogFiles {
  readonly #folder: string;
  readonly #limits: typeof logLimits;

  constructor(home: string, limits = logLimits) {
    this.#folder = join(home, 'logs');
    this.#limits = limits;
    mkdirSync(this.#folder, { recursive: true });
  }

  path(name: string): string {
    return join(this.#folder, `${name}.log`);
  }

  /** Opens for appending, which is what lets `rotate` cut the file under its writer. */
  open(name: string): number {
    return openSync(this.path(name), 'a', 0o640);
  }

  /** Moves a large log aside by copying and cutting it. Lines written between the two are lost: a few in 10 MiB. */
  rotate(name: string): void {
    const path = this.path(name);
    if (sizeOf(path) < this.#limits.maxBytes) return;
    const { keep } = this.#limits;
    rmSync(`${path}.${keep}`, { force: true });
    for (let age = keep - 1; age >= 1; age -= 1) moveIfThere(`${path}.${age}`, `${path}.${age + 1}`);
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  }

  /** The last lines, for a person who wants to know why it does not run. */
  tail(name: string, lines = 15): string[] {
    const path = this.path(name);
    const size = sizeOf(path);
    const length = Math.min(size, 16 * 1024);
    if (length === 0) return [];
    const buffer = Buffer.alloc(length);
    const file = openSync(path, 'r');
    try {
      readSync(file, buffer, 0, length, size - length);
    } finally {
      closeSync(file);
    }
    return buffer
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .slice(-lines)
      .map((line) => printable(line).slice(0, 500));
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function moveIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false })) renameSync(from, to);
}
