import { newTraceId, refusalBody, successBody, type Logger } from '@syncline/chassis';
import { errorCodes, isJsonObject, RefusedRequest, stringifyJson, type Json } from '@syncline/contract';
import type { CallApi } from '@syncline/functions';
import type { Carried, CarryOut } from './carry-out.ts';
import type { Batcher } from './batcher.ts';
import { HooksNotHere } from './fold.ts';
import type { CallOpenApi } from './open-api/calls.ts';

/**
 * `Fx.proxy.callAPI` of the functions that run here: the Open API for one tenant, with the answers that HTTP would give.
 * @param dataCenterId named in calls that name none
 */
export function callApiOf(
  callOpenApi: CallOpenApi,
  logger: Logger,
  at: { tenantId: string; dataCenterId?: string | undefined },
): CallApi {
  return async ({ name, params }) => {
    const body = stringifyJson(withDataCenter(params, at.dataCenterId));
    try {
      const data = await callOpenApi({ tenantId: at.tenantId, name, body });
      return { statusCode: errorCodes.success.http, content: successBody(data) };
    } catch (error) {
      const traceId = newTraceId();
      const refusal = refusalOf(error);
      if (refusal.errorName === 'internal')
        logger.error('a call of a function failed', { error, name, traceId });
      return { statusCode: errorCodes[refusal.errorName].http, content: refusalBody(refusal, traceId) };
    }
  };
}

function refusalOf(error: unknown): RefusedRequest {
  return error instanceof RefusedRequest
    ? error
    : new RefusedRequest('internal', 'Something went wrong here');
}

function withDataCenter(params: Json, dataCenterId: string | undefined): Json {
  if (dataCenterId === undefined || !isJsonObject(params) || Object.hasOwn(params, 'dataCenterId'))
    return params;
  return { ...params, dataCenterId };
}

/**
 * Carries out what a hook calls while a batch waits for that hook: in the batcher the two would wait for each other. Two
 * carry-outs may meet on a row; the loser decides again.
 */
export function besideBatches(makeCarryOut: () => Pick<CarryOut, 'run'>): Pick<Batcher, 'submit'> {
  return {
    async submit(parcel) {
      // One of its own, as one does a single thing at a time and calls come side by side.
      const answers = await makeCarryOut().run(parcel);
      for (const one of answers) if (!one.ok) throw faultOf(one);
      return answers;
    },
  };
}

function faultOf({ error }: Extract<Carried, { ok: false }>): unknown {
  if (!(error instanceof HooksNotHere)) return error;
  return new RefusedRequest(
    'conflict',
    'the record has a change under way whose own hooks cannot be run within this call; call from a hook after, or later',
  );
}
