import type { CatalogView } from '@syncline/catalog';
import type { Store } from '@syncline/store';
import type { Batcher } from '../batcher.ts';
import type { Parameters } from './parameters.ts';

export interface OpenApiRequest {
  tenantId: string;
  parameters: Parameters;
  view: CatalogView;
  store: Store;
  batcher: Pick<Batcher, 'submit'>;
  now: number;
}

/** One API: answers `data`, or undefined for none. */
export type OpenApiCall = (request: OpenApiRequest) => Promise<unknown>;
