import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningSyncline } from '@syncline/testkit';

/** The console's first user, as `./syncline up` made it. */
export function firstUser({ home }: RunningSyncline): { user: string; password: string } {
  return { user: 'admin', password: readFileSync(join(home, 'console-admin'), 'utf8').trim() };
}

const sessions = new WeakMap<RunningSyncline, Promise<Record<string, string>>>();

/** Asks the console's API as its first user, who signs in once. */
export async function askConsole(
  system: RunningSyncline,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const session = sessions.get(system) ?? signIn(system);
  sessions.set(system, session);
  return fetch(`${system.url('console')}/api${path}`, {
    ...init,
    headers: { ...(init.headers as Record<string, string> | undefined), ...(await session) },
    signal: AbortSignal.timeout(20_000),
  });
}

/** Its answer as JSON; with a body, it is posted. */
export async function askConsoleFor<T>(system: RunningSyncline, path: string, body?: object): Promise<T> {
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await askConsole(system, path, body === undefined ? {} : post);
  const answer = await response.text();
  if (!response.ok) throw new Error(`${String(response.status)}: ${answer}`);
  return JSON.parse(answer) as T;
}

async function signIn(system: RunningSyncline): Promise<Record<string, string>> {
  const response = await fetch(`${system.url('console')}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(firstUser(system)),
  });
  if (!response.ok) throw new Error(`${String(response.status)}: ${await response.text()}`);
  const { csrfToken } = (await response.json()) as { csrfToken: string };
  const [cookie = ''] = response.headers.getSetCookie();
  return { cookie: cookie.split(';')[0] ?? '', 'x-csrf-token': csrfToken };
}
