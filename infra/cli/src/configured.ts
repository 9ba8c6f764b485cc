import { resolve } from 'node:path';
import { catalogView, type CatalogView, type ErpObject } from '@syncline/catalog';
import { withStore } from './clients.ts';
import { readFolder } from './config-folder.ts';
import type { Installation } from './installation.ts';
import { Refused } from './refused.ts';

const storeLimitMs = 15_000;

/**
 * What is configured: the folder, if one is named, else what is in force.
 * @throws Refused when the folder is not valid, the store does not answer, or nothing was applied yet
 */
export async function configured(
  folder: string | undefined,
  installation: Installation,
): Promise<CatalogView> {
  if (folder !== undefined) return catalogView((await readFolder(resolve(folder), installation)).catalog);
  const current = await withStore(installation, storeLimitMs, (store) => store.config.current());
  if (current === null)
    throw new Refused(
      'Nothing is applied yet; ./syncline apply DIR does it, or name a folder with --config.',
    );
  return catalogView(current.catalog);
}

export interface ObjectQuery {
  apiName?: string | undefined;
  tenant?: string | undefined;
  dataCenter?: string | undefined;
}

const placeOf = ({ tenantId, dataCenterId, apiName }: ErpObject): string =>
  `  ${tenantId} ${dataCenterId} ${apiName}`;

/**
 * The ERP objects that are meant.
 * @throws Refused when there is none, with those that there are
 */
export function findObjects({ erpObjects }: CatalogView, query: ObjectQuery): ErpObject[] {
  const { apiName, tenant, dataCenter } = query;
  const found = erpObjects.filter(
    (object) =>
      (apiName === undefined || object.apiName === apiName) &&
      (tenant === undefined || object.tenantId === tenant) &&
      (dataCenter === undefined || object.dataCenterId === dataCenter),
  );
  if (found.length > 0) return found;
  const what = apiName === undefined ? 'ERP object' : `ERP object "${apiName}"`;
  const where = [tenant && `tenant ${tenant}`, dataCenter && `data center ${dataCenter}`].filter(Boolean);
  const place = where.length === 0 ? '' : ` in ${where.join(', ')}`;
  const there = erpObjects.map(placeOf);
  throw new Refused(
    [
      `There is no ${what}${place}.`,
      there.length === 0 ? 'None is configured.' : 'There are (tenant, data center, object):',
      ...there,
    ].join('\n'),
  );
}

/**
 * The one ERP object that is meant.
 * @throws Refused when there is none or more than one, with those that there are
 */
export function findObject(view: CatalogView, query: ObjectQuery): ErpObject {
  const [object, ...others] = findObjects(view, query);
  if (object !== undefined && others.length === 0) return object;
  const there = [object, ...others].flatMap((one) => (one === undefined ? [] : [placeOf(one)]));
  throw new Refused(
    [
      'Several are meant; say which with --tenant and --data-center (tenant, data center, object):',
      ...there,
    ].join('\n'),
  );
}
