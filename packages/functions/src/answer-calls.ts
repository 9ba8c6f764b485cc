import { parseJson, stringifyJson, textOf, type Json } from '@syncline/contract';
import type { AnswerCall } from './call-channel.ts';

/** What a function asks through `Fx.proxy.callAPI(name, header, params)` (contract 5). */
export interface ApiCall {
  name: string;
  header: Json;
  params: Json;
}

/** Carries out a call for the tenant whose function runs; `content` is the JSON text of the reply. */
export type CallApi = (call: ApiCall) => Promise<{ statusCode: number; content: string }>;

export interface CallLimits {
  /** for one call */
  callTimeoutMs: number;
  /** for all calls of one run */
  callsTimeoutMs: number;
}

/** Of one adapter or hook. */
export const mostCalls = 50;

/** Answers the calls of one run, within their limits. @param callApi absent: the calls fail */
export function answerCalls(callApi: CallApi | undefined, limits: CallLimits): AnswerCall {
  let leftMs = limits.callsTimeoutMs;
  return async (request) => {
    if (callApi === undefined) return callResult(0, '', 'calls are not available here');
    if (leftMs <= 0) return callResult(0, '', 'the time for the calls of one run is used up');
    const began = performance.now();
    try {
      const { name = null, header = null, params = null } = parseJson(request) as Record<string, Json>;
      const timeoutMs = Math.min(limits.callTimeoutMs, leftMs);
      const reply = await within(timeoutMs, callApi({ name: textOf(name), header, params }));
      return callResult(reply.statusCode, reply.content, '');
    } catch (error) {
      return callResult(0, '', error instanceof Error ? error.message : 'the call failed');
    } finally {
      leftMs -= performance.now() - began;
    }
  };
}

/** `[failed, {statusCode, content, bytes}, errorMessage]` (contract 5) as JSON text. */
function callResult(statusCode: number, content: string, errorMessage: string): string {
  return stringifyJson([errorMessage !== '', { statusCode, content, bytes: null }, errorMessage]);
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${String(Math.ceil(timeoutMs))} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
