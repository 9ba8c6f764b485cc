import type { Installation } from './installation.ts';
import { readOperatorKey } from './operator-key.ts';
import { Refused } from './refused.ts';
import { urlOf } from './services.ts';

export interface MappingCall {
  method?: 'GET' | 'POST' | 'DELETE';
  query?: Record<string, string | undefined>;
  body?: RequestInit['body'];
}

/** It may be starting again just now. */
export class MappingAway extends Refused {}

/** Calls an operator's route of mapping, which is told by the store's own key that it may answer. */
export type CallMapping = (path: string, call?: MappingCall) => Promise<Response>;

/**
 * @throws Refused when the store does not answer; the calls do, when mapping does not answer or refuses
 */
export async function mappingCalls(installation: Installation): Promise<CallMapping> {
  const key = await readOperatorKey(installation);
  const url = installation.env['MAPPING_URL'] ?? urlOf(installation, 'MAPPING_PORT');
  return async (path, { method = 'GET', query = {}, body } = {}) => {
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as [string, string]],
    );
    const request: RequestInit & { duplex: 'half' } = {
      method,
      headers: { 'operator-key': key },
      ...(body !== undefined && { body }),
      duplex: 'half',
    };
    const response = await fetch(`${url}${path}?${new URLSearchParams(given).toString()}`, request).catch(
      (error: unknown) => {
        throw new MappingAway(
          `mapping at ${url} does not answer (${reasonOf(error)}). Does ./syncline up run?`,
        );
      },
    );
    if (!response.ok) throw new Refused(await refusalText(response));
    return response;
  };
}

function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  const { code, message } = (cause ?? error) as { code?: unknown; message?: unknown };
  return String(code ?? message);
}

async function refusalText(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { errCode, errMsg } = JSON.parse(text) as { errCode: string; errMsg: string };
    return `${errCode}: ${errMsg}`;
  } catch {
    return `HTTP ${String(response.status)}: ${text.slice(0, 500)}`;
  }
}
