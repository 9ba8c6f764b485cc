import { isPushToken, type CatalogView, type Tenant } from '@syncline/catalog';
import { RefusedRequest } from '@syncline/contract';
import type { PushHeaders } from './headers.ts';

/**
 * Whose push is it? An unknown tenant, an unknown token and another tenant's token get one answer.
 * @throws RefusedRequest `unauthorized`, or `badHeader` when there is a token and no tenantId
 */
export function authenticate({ token, tenantId }: PushHeaders, view: CatalogView): Tenant {
  if (token !== '' && tenantId === '')
    throw new RefusedRequest('badHeader', 'The header tenantId is missing');
  const tenant = view.tenant(tenantId);
  if (isPushToken(tenant, token) && tenant !== undefined) return tenant;
  throw new RefusedRequest('unauthorized', 'The token is not one of this tenant');
}
