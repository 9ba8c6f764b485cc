import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withStore } from './clients.ts';
import type { Installation } from './installation.ts';
import type { Program } from './supervisor/program.ts';

const storeLimitMs = 30_000;
const variable = 'CONSOLE_ADMIN_PASSWORD';

/** The console's first user, whom the console makes. */
export interface FirstAdmin {
  name: 'admin';
  password: string;
  /** where the password is kept; null when it was set */
  file: string | null;
}

/** Who may sign in first, or null where there are users already. */
export function firstAdmin(installation: Installation): Promise<FirstAdmin | null> {
  return withStore(installation, storeLimitMs, async ({ users }) =>
    (await users.hasAny()) ? null : newAdmin(installation),
  );
}

/** With the password that was set, or with a random one that only the owner of `SYNCLINE_HOME` may read. */
export function newAdmin({ env, home }: Pick<Installation, 'env' | 'home'>): FirstAdmin {
  const given = env[variable];
  if (given) return { name: 'admin', password: given, file: null };
  const file = join(home, 'console-admin');
  return { name: 'admin', password: readPassword(file) ?? makePassword(home, file), file };
}

/** The programs, with the password for the console alone. */
export function forConsole(programs: readonly Program[], admin: FirstAdmin | null): Program[] {
  return programs.map((program) =>
    admin !== null && program.name === 'console'
      ? { ...program, env: { ...program.env, [variable]: admin.password } }
      : program,
  );
}

function readPassword(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function makePassword(home: string, file: string): string {
  const password = randomPassword();
  mkdirSync(home, { recursive: true });
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return password;
}

/** 120 bits, easy to type. */
export function randomPassword(): string {
  return randomBytes(15)
    .toString('hex')
    .replace(/(.{6})(?=.)/g, '$1-');
}
