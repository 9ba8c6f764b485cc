import { internalToken } from '@syncline/chassis';
import { isOpenApiName, openApiNames, openApiPath, stringifyJson } from '@syncline/contract';
import type { CallApi } from '@syncline/functions';

export interface CallApiOptions {
  /** where mapping answers the Open API, without a slash at its end */
  mappingUrl: string;
  internalSecret: string | undefined;
}

/** A query of 1000 ids is answered in less than one. */
const maxAnswerBytes = 4 * 1024 * 1024;
/** Below the limit of a call in the sandbox, so that its reason is told and not only that it took too long. */
const timeoutMs = 8_000;

/**
 * `Fx.proxy.callAPI` of a push's adapter: asks mapping, which owns the rows, over HTTP. The token is good for this tenant
 * alone; what an adapter sends as header is not passed on.
 */
export function createCallApi({ mappingUrl, internalSecret }: CallApiOptions): (tenantId: string) => CallApi {
  return (tenantId) =>
    async ({ name, params }) => {
      if (internalSecret === undefined)
        throw new Error(
          'calls are off: set SYNCLINE_INTERNAL_SECRET to the same text in receiver and mapping',
        );
      if (!isOpenApiName(name))
        throw new Error(`there is no API ${name.slice(0, 100)}; there are ${openApiNames.join(', ')}`);
      const response = await ask(`${mappingUrl}${openApiPath(name)}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          token: internalToken(internalSecret, tenantId),
          tenantId,
        },
        body: stringifyJson(params),
      });
      return { statusCode: response.status, content: await textOf(response) };
    };
}

async function ask(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    const { name, cause } = error as { name?: string; cause?: { code?: string } };
    const why =
      name === 'TimeoutError' ? `no answer within ${timeoutMs} ms` : (cause?.code ?? 'no connection');
    throw new Error(`mapping does not answer at ${url} (${why}); is MAPPING_URL right?`, { cause: error });
  }
}

async function textOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array> | Uint8Array[]) {
    size += part.byteLength;
    if (size > maxAnswerBytes) throw new Error(`the answer of mapping is over ${maxAnswerBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
