import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { internalToken } from '@syncline/chassis';
import { readInternalSecret } from '../internal-secret.ts';
import { Refused } from '../refused.ts';
import type { Context } from './command.ts';

export interface RunFunctionOptions {
  tenant: string;
  dataCenter?: string;
}

/** A script may run for a minute. */
const limitMs = 90_000;

interface Ran {
  ok: boolean;
  log: string[];
  value?: string;
  message?: string;
}

/** Runs a one-off script (spec 5 and 6) in mapping's sandbox and shows what it logs. Exit code 1 when it fails. */
export async function runFunction(
  file: string,
  { tenant, dataCenter }: RunFunctionOptions,
  { installation, output }: Context,
): Promise<void> {
  const source = await readScript(file);
  const secret = readInternalSecret(installation);
  if (secret === null)
    throw new Refused(
      'There is no internal secret: start Syncline with ./syncline up, or set SYNCLINE_INTERNAL_SECRET as mapping has it.',
      2,
    );
  const ran = await ask(installation.env['MAPPING_URL'] ?? '', {
    headers: { token: internalToken(secret, tenant), tenantId: tenant, 'content-type': 'application/json' },
    body: JSON.stringify({ file: basename(file), source, dataCenterId: dataCenter }),
  });
  for (const line of ran.log) output.say(line);
  if (!ran.ok) throw new Refused(ran.message ?? 'It failed.');
  if (ran.value !== undefined && ran.value !== 'null') output.say(ran.value);
}

async function readScript(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Refused(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

async function ask(url: string, request: { headers: Record<string, string>; body: string }): Promise<Ran> {
  let response: Response;
  try {
    response = await fetch(`${url}/functions/run`, {
      ...request,
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(limitMs),
    });
  } catch {
    throw new Refused(`mapping does not answer at ${url}. Does ./syncline up run, and is MAPPING_URL right?`);
  }
  const answer = (await response.json().catch(() => ({}))) as { errMsg?: string; data?: Ran };
  if (response.status === 401)
    throw new Refused('mapping has another internal secret: set SYNCLINE_INTERNAL_SECRET as mapping has it.');
  if (answer.data === undefined)
    throw new Refused(answer.errMsg ?? `mapping answered HTTP ${response.status}.`);
  return answer.data;
}
