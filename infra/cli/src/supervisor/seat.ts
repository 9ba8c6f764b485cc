import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, startTokenOf } from './process-identity.ts';
import { replaceFile } from './run-files.ts';

/** Which process supervises an installation (`supervisor.json` in its home). */
export interface SeatHolder {
  pid: number;
  startToken: string;
  startedAt: number;
  /** everything it started was ready once */
  ready: boolean;
}

/** One supervisor for each `SYNCLINE_HOME`. The seat of one that was killed is free. */
export class Seat {
  readonly #file: string;
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
    this.#file = join(home, 'supervisor.json');
  }

  /** Who runs at this moment. */
  holder(): SeatHolder | null {
    const holder = this.#read();
    return holder && isRunning(holder.pid, holder.startToken) ? holder : null;
  }

  /** Takes the seat for this process; returns who has it when it is taken. */
  take(): SeatHolder | null {
    mkdirSync(this.#home, { recursive: true });
    const mine = `${this.#file}.${process.pid}.mine`;
    writeFileSync(mine, JSON.stringify(ownSeat(false)));
    try {
      for (let tries = 0; tries < 5; tries += 1) {
        // A link is made by one process alone, however many try at once.
        if (tryLink(mine, this.#file)) return null;
        const holder = this.holder();
        if (holder) return holder;
        this.#clearAway();
      }
    } finally {
      rmSync(mine, { force: true });
    }
    return this.#read();
  }

  markReady(): void {
    replaceFile(this.#file, JSON.stringify(ownSeat(true)));
  }

  release(): void {
    if (this.#read()?.pid === process.pid) rmSync(this.#file, { force: true });
  }

  #read(): SeatHolder | null {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as SeatHolder;
    } catch {
      return null;
    }
  }

  /** Removes a dead holder's file. If another process took the seat in between, its file is put back. */
  #clearAway(): void {
    const aside = `${this.#file}.${process.pid}.stale`;
    try {
      renameSync(this.#file, aside);
    } catch {
      return;
    }
    const moved = JSON.parse(readFileSync(aside, 'utf8') || 'null') as SeatHolder | null;
    if (moved && isRunning(moved.pid, moved.startToken)) tryLink(aside, this.#file);
    rmSync(aside, { force: true });
  }
}

function ownSeat(ready: boolean): SeatHolder {
  return {
    pid: process.pid,
    startToken: startTokenOf(process.pid) ?? '',
    startedAt: Math.round(Date.now() - process.uptime() * 1000),
    ready,
  };
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
