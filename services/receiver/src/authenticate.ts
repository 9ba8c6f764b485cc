import type { CatalogView, Tenant } from '@syncline/catalog';
import type { GuessLimit } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import type { FollowedPushTokens } from '@syncline/store';
import type { PushHeaders } from './headers.ts';

export interface Authenticating {
  view: CatalogView;
  tokens: Pick<FollowedPushTokens, 'isTokenOf'>;
  guesses: GuessLimit;
  /** where the request comes from */
  address: string | undefined;
}

/**
 * Whose push is it? An unknown tenant, an unknown token and another tenant's token get one answer.
 * @throws RefusedRequest `unauthorized`, `badHeader` when there is a token and no tenantId, or `rateLimited`
 */
export function authenticate({ token, tenantId }: PushHeaders, by: Authenticating): Tenant {
  if (token !== '' && tenantId === '')
    throw new RefusedRequest('badHeader', 'The header tenantId is missing');
  const { address } = by;
  const tenant = by.view.tenant(tenantId);
  const isRight = by.guesses.guard({ address, tenantId: tenant?.id ?? '' }, () =>
    by.tokens.isTokenOf(tenantId, token),
  );
  if (isRight && tenant !== undefined) return tenant;
  throw new RefusedRequest('unauthorized', 'The token is not one of this tenant');
}
