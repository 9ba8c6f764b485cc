import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forConsole, newAdmin } from './first-admin.ts';
import type { Program } from './supervisor/program.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'syncline-'));
});
afterEach(() => rmSync(home, { recursive: true }));

describe("the console's first user", () => {
  it('has a random password that only the owner of the home may read, and keeps it', () => {
    const admin = newAdmin({ env: {}, home });
    expect(admin.password).toMatch(/^([0-9a-f]{6}-){4}[0-9a-f]{6}$/);
    expect(readFileSync(admin.file!, 'utf8').trim()).toBe(admin.password);
    expect(statSync(admin.file!).mode & 0o777).toBe(0o600);
    expect(newAdmin({ env: {}, home })).toEqual(admin);
  });

  it('has the password that is set, which is written nowhere', () => {
    const env = { CONSOLE_ADMIN_PASSWORD: 'set-by-someone' };
    expect(newAdmin({ env, home })).toEqual({ name: 'admin', password: 'set-by-someone', file: null });
  });

  it('is told to the console alone', () => {
    const programs = ['console', 'mapping'].map(
      (name) => ({ name, env: { PATH: '/' } }) as unknown as Program,
    );
    const [own, other] = forConsole(programs, newAdmin({ env: {}, home }));
    expect(own!.env).toHaveProperty('CONSOLE_ADMIN_PASSWORD');
    expect(other!.env).not.toHaveProperty('CONSOLE_ADMIN_PASSWORD');
    expect(forConsole(programs, null)).toEqual(programs);
  });
});
