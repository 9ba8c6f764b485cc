import { RefusedRequest } from '@syncline/contract';
import type { Link } from '../decide/facts.ts';
import type { OpenApiCall } from './call.ts';
import { resolvePair } from './resolve-pair.ts';

/** `erp.syncData.createSyncDataMapping` and `erp.syncData.updateSyncDataMapping` (spec 5). */
export function linkMapping(mode: Link['mode']): OpenApiCall {
  return async ({ tenantId, parameters, view, batcher }) => {
    const { pair, sourceSide } = resolvePair(view, tenantId, parameters);
    const link: Link = {
      mode,
      sourceSide,
      sourceId: parameters.required('sourceDataId'),
      destId: parameters.required('destDataId'),
      sourceName: parameters.optional('sourceDataName'),
      destName: parameters.optional('destDataName'),
      remark: parameters.optional('remark'),
    };
    const [carried] = await batcher.submit([{ kind: 'link', pair, link }]);
    const reply = carried?.ok === true ? carried.reply : undefined;
    if (reply?.ok === false) throw new RefusedRequest(reply.why, reply.message);
    return undefined;
  };
}
