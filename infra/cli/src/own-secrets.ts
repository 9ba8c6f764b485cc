import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// What `up` makes on its first run lies below SYNCLINE_HOME, in files that only their owner may read. A half-written one
// would be a lost one, so each is written beside its place first.

/** Null: it was not made yet. */
export function readOwnSecret(home: string, name: string): string | null {
  try {
    return readFileSync(join(home, name), 'utf8').trim() || null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** @returns what is in force: that of another process, if it made one at the same moment */
export function makeOwnSecret(home: string, name: string, secret: string): string {
  const written = writeBeside(home, name, secret);
  try {
    linkSync(written, join(home, name));
    return secret;
  } catch (error) {
    const made = codeOf(error) === 'EEXIST' ? readOwnSecret(home, name) : null;
    if (made === null) throw error;
    return made;
  } finally {
    rmSync(written);
  }
}

export function replaceOwnSecret(home: string, name: string, secret: string): void {
  renameSync(writeBeside(home, name, secret), join(home, name));
}

function writeBeside(home: string, name: string, secret: string): string {
  const path = join(home, `${name}.${process.pid}`);
  mkdirSync(home, { recursive: true });
  writeFileSync(path, `${secret}\n`, { mode: 0o600, flush: true });
  chmodSync(path, 0o600);
  return path;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
