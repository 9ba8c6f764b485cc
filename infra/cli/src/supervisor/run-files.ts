import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from './process-identity.ts';

/** What is known of one process from outside the supervisor (`run/NAME.json`). */
export interface RunRecord {
  name: string;
  pid: number;
  startToken: string;
  port: number;
  /** where its readiness is asked; null for the broker and the store */
  readyUrl: string | null;
  startedAt: number;
  restarts: number;
  /** how the run before ended */
  lastExit: string | null;
}

/** `run/NAME.pid` and `run/NAME.json` of each process (contract 1). Both outlive the supervisor. */
export class RunFiles {
  readonly #folder: string;

  constructor(home: string) {
    this.#folder = join(home, 'run');
  }

  write(record: RunRecord): void {
    mkdirSync(this.#folder, { recursive: true });
    // The JSON first: a leftover is recognised by it, so that a pid file never stands alone.
    replaceFile(join(this.#folder, `${record.name}.json`), `${JSON.stringify(record, null, 2)}\n`);
    replaceFile(join(this.#folder, `${record.name}.pid`), `${record.pid}\n`);
  }

  remove(name: string): void {
    rmSync(join(this.#folder, `${name}.pid`), { force: true });
    rmSync(join(this.#folder, `${name}.json`), { force: true });
  }

  /** All records, whether their process runs or not. */
  list(): RunRecord[] {
    return fileNames(this.#folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => readRecord(join(this.#folder, file)))
      .filter((record) => record !== null);
  }

  running(): RunRecord[] {
    return this.list().filter(({ pid, startToken }) => isRunning(pid, startToken));
  }
}

/** Replaces a file as a whole: a reader sees the old text or the new one. */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

function readRecord(path: string): RunRecord | null {
  try {
    const record = JSON.parse(readFileSync(path, 'utf8')) as Partial<RunRecord>;
    return typeof record.name === 'string' &&
      typeof record.pid === 'number' &&
      typeof record.startToken === 'string'
      ? (record as RunRecord)
      : null;
  } catch {
    return null;
  }
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
