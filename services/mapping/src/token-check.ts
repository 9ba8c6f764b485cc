import type { CatalogView } from '@syncline/catalog';
import type { GuessLimit } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import type { FollowedPushTokens } from '@syncline/store';
import type { Request } from 'express';

/** Does a request carry a push token of the tenant that it names? */
export interface TokenCheck {
  /** @throws RefusedRequest when too many wrong tokens came from there, or none have been read yet */
  isTenants(req: Request): boolean;
}

export function createTokenCheck(deps: {
  catalog: { view(): CatalogView };
  tokens: Pick<FollowedPushTokens, 'isTokenOf' | 'ready'>;
  guesses: GuessLimit;
}): TokenCheck {
  return {
    isTenants(req) {
      const readiness = deps.tokens.ready();
      if (!readiness.ready)
        throw new RefusedRequest('cacheUnavailable', `Not ready yet: ${readiness.reason}`, 1);
      const tenantId = req.get('tenantId') ?? '';
      const known = deps.catalog.view().tenant(tenantId)?.id ?? '';
      return deps.guesses.guard({ address: req.socket.remoteAddress, tenantId: known }, () =>
        deps.tokens.isTokenOf(tenantId, req.get('token') ?? ''),
      );
    },
  };
}
