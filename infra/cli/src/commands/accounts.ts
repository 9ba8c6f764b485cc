import { text } from 'node:stream/consumers';
import type { Role } from '@syncline/contract';
import { ConsoleApi } from '../console-api.ts';
import { randomPassword } from '../first-admin.ts';
import { momentOf } from '../moment.ts';
import { tableOf } from '../output.ts';
import type { Context } from './command.ts';

export interface NewUserOptions {
  role: Role;
  tenant: string[];
  passwordStdin: boolean;
}

export interface NewKeyOptions {
  role: Role;
  tenant: string[];
  expires?: string;
}

interface User {
  name: string;
  role: Role;
  tenants: string[] | null;
  disabled: boolean;
  lastSignInAt: number | null;
}

interface Key {
  id: string;
  name: string;
  role: Role;
  tenants: string[] | null;
  createdBy: string;
  expiresAt: number | null;
  revokedAt: number | null;
}

const listed = 200;

export async function addUser(name: string, options: NewUserOptions, context: Context): Promise<void> {
  const { role, tenant, passwordStdin } = options;
  const password = await passwordFrom(passwordStdin);
  const user = await post<User>(context, '/users', { name, role, password, tenants: tenantsOf(tenant) });
  context.output.say(`${user.name} may sign in as ${user.role}.`);
  if (!passwordStdin) context.output.say(`Password: ${password}`);
}

export async function listUsers(context: Context): Promise<void> {
  const { items } = await new ConsoleApi(context.installation).get<{ items: User[] }>(
    `/users?limit=${listed}`,
  );
  const rows = items.map(({ name, role, tenants, disabled, lastSignInAt }) => [
    name,
    role,
    tenantsText(tenants),
    disabled ? 'disabled' : 'enabled',
    timeText(lastSignInAt, 'never'),
  ]);
  context.output.say(tableOf(['user', 'role', 'tenants', 'state', 'last sign-in'], rows));
}

export async function setPassword(
  name: string,
  { passwordStdin }: { passwordStdin: boolean },
  context: Context,
): Promise<void> {
  const password = await passwordFrom(passwordStdin);
  await post(context, `${pathOf(name)}/password`, { password });
  context.output.say(`${name} has a new password and is signed out.`);
  if (!passwordStdin) context.output.say(`Password: ${password}`);
}

export async function changeRole(
  name: string,
  { role, tenant, allTenants }: { role: Role; tenant: string[]; allTenants: boolean },
  context: Context,
): Promise<void> {
  const tenants = allTenants || tenant.length > 0 ? { tenants: allTenants ? null : tenant } : {};
  const user = await post<User>(context, pathOf(name), { role, ...tenants });
  context.output.say(`${user.name} is ${user.role} of ${tenantsText(user.tenants)} tenants.`);
}

export async function moveUser(name: string, verb: string, context: Context): Promise<void> {
  if (verb === 'remove') await post(context, `${pathOf(name)}/remove`, {});
  else await post(context, pathOf(name), { disabled: verb === 'disable' });
  context.output.say(`${name} is ${verb}d.`);
}

export async function addKey(name: string, options: NewKeyOptions, context: Context): Promise<void> {
  const { role, tenant, expires } = options;
  const expiresAt = expires === undefined ? null : momentOf(expires, '--expires');
  const body = { name, role, tenants: tenantsOf(tenant), expiresAt };
  const made = await post<Key & { key: string }>(context, '/api-keys', body);
  context.output.say(`API key ${made.id}, shown this once; send it as Authorization: Bearer KEY.`);
  context.output.say(made.key);
}

export async function listKeys(context: Context): Promise<void> {
  const { items } = await new ConsoleApi(context.installation).get<{ items: Key[] }>(
    `/api-keys?limit=${listed}`,
  );
  const rows = items.map((key) => [
    key.id,
    key.name,
    key.role,
    tenantsText(key.tenants),
    key.createdBy,
    key.revokedAt === null ? timeText(key.expiresAt, 'never') : 'revoked',
  ]);
  context.output.say(tableOf(['key', 'for', 'role', 'tenants', 'made by', 'ends'], rows));
}

export async function revokeKey(id: string, context: Context): Promise<void> {
  await post(context, `/api-keys/${encodeURIComponent(id)}/revoke`, {});
  context.output.say(`API key ${id} is revoked.`);
}

function post<T>({ installation }: Context, path: string, body: object): Promise<T> {
  return new ConsoleApi(installation).post<T>(path, body);
}

function pathOf(name: string): string {
  return `/users/${encodeURIComponent(name)}`;
}

async function passwordFrom(isOnStandardInput: boolean): Promise<string> {
  return isOnStandardInput ? (await text(process.stdin)).replace(/\r?\n$/, '') : randomPassword();
}

function tenantsOf(given: string[]): string[] | null {
  return given.length === 0 ? null : given;
}

function tenantsText(tenants: string[] | null): string {
  return tenants === null ? 'all' : tenants.join(', ');
}

function timeText(at: number | null, absent: string): string {
  return at === null ? absent : new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
