import { errorCodes, parseJson, RefusedRequest, type ErrorName, type Json } from '@syncline/contract';
import { z } from 'zod';
import type { ApiSources } from './route.ts';

/** A preview decides up to a thousand records, and what is discarded are thousands. */
const limitMs = 60_000;

const refusalSchema = z.object({ errCode: z.string(), errMsg: z.string() });

/**
 * Has mapping do what an operator asks for; it is told by the store's own key that it may.
 * @param body JSON text; absent to read
 * @throws RefusedRequest as mapping refuses it
 */
export async function callMapping(
  { store, mappingUrl }: Pick<ApiSources, 'store' | 'mappingUrl'>,
  path: string,
  body?: string,
): Promise<Json> {
  const key = await store.operatorKey.read();
  const response = await fetch(mappingUrl + path, {
    headers: { 'operator-key': key },
    ...(body !== undefined && { method: 'POST', body }),
    redirect: 'error',
    signal: AbortSignal.timeout(limitMs),
  }).catch(() => {
    throw new RefusedRequest('cacheUnavailable', 'mapping does not answer');
  });
  const text = await response.text();
  if (response.ok) return parseJson(text);
  throw refusalOf(textAsJson(text), response.status, 'mapping');
}

function textAsJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What another service refused, in its own words and under its own code. */
export function refusalOf(answer: unknown, status: number, who: string): RefusedRequest {
  const refusal = refusalSchema.safeParse(answer);
  if (!refusal.success) return new RefusedRequest('internal', `${who} answered HTTP ${status}`);
  const { errCode, errMsg } = refusal.data;
  const names = Object.keys(errorCodes) as ErrorName[];
  return new RefusedRequest(names.find((name) => errorCodes[name].code === errCode) ?? 'internal', errMsg);
}
