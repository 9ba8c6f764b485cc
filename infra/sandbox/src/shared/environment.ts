import { join } from 'node:path';

type Environment = Record<string, string | undefined>;

/** A setting that cannot be used; the message names the variable and what it takes. */
export class BadSetting extends Error {}

export function textSetting(env: Environment, name: string, fallback: string): string {
  const value = env[name];
  return value === undefined || value === '' ? fallback : value;
}

export function numberSetting(env: Environment, name: string, fallback: number): number {
  const value = Number(textSetting(env, name, String(fallback)));
  if (Number.isFinite(value) && value >= 0) return value;
  throw new BadSetting(`${name} must be a number, not negative: ${textSetting(env, name, '')}`);
}

export function flagSetting(env: Environment, name: string): boolean {
  const value = textSetting(env, name, '0');
  if (value === '0' || value === 'false') return false;
  if (value === '1' || value === 'true') return true;
  throw new BadSetting(`${name} must be 1 or 0: ${value}`);
}

export function hostSetting(env: Environment): string {
  return textSetting(env, 'SYNCLINE_HOST', '127.0.0.1');
}

export function tenantSetting(env: Environment): string {
  return textSetting(env, 'SANDBOX_TENANT_ID', '81138');
}

/** The folder for the journals of both sandboxes. */
export function dataDirSetting(env: Environment): string {
  return textSetting(
    env,
    'SANDBOX_DATA_DIR',
    join(textSetting(env, 'SYNCLINE_HOME', '.syncline'), 'data', 'sandbox'),
  );
}
