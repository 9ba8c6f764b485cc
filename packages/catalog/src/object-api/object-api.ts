import type { JsonObject } from '@syncline/contract';
import type { ErpObject } from '../catalog.ts';
import type { CatalogView } from '../view.ts';
import type { ApiCall } from './call.ts';
import { erpCalls } from './erp-calls.ts';
import { fieldsOf } from './fields.ts';
import { openApiOf } from './open-api.ts';
import { pushCall } from './push-call.ts';

/** What "Generate API" gives for an ERP object (spec 1). */
export interface ObjectApi {
  /** create, update, batch, by id, asyncpush */
  calls: ApiCall[];
  /** the same as an OpenAPI 3.1 document */
  openApi: JsonObject;
}

export interface ObjectApiOptions {
  /** where ERPs reach the receiver, without a slash at its end */
  receiverUrl: string;
  /** ms, for the examples */
  now: number;
}

/**
 * Describes the five endpoints of an ERP object with its own fields, examples and curl commands. No token is in it.
 * @returns null when the object's data center is not in the catalog
 */
export function objectApi(view: CatalogView, object: ErpObject, options: ObjectApiOptions): ObjectApi | null {
  const { tenantId, dataCenterId, apiName, label } = object;
  const dataCenter = view.dataCenter(tenantId, dataCenterId);
  if (dataCenter === undefined) return null;
  const described = { object, dataCenter, fields: fieldsOf(view, object), now: options.now };
  const dataCenters = view.tenant(tenantId)?.dataCenters.length ?? 1;
  const calls = [...erpCalls(described), pushCall(described, options.receiverUrl, dataCenters)];
  const info = {
    title: `${apiName} (${label})`,
    description:
      `Tenant ${tenantId}, data center ${dataCenterId}. The ERP answers create, update, queryMasterBatch and ` +
      'queryMasterById; Syncline answers asyncpush. In the commands, TOKEN is the token of the side that is called.',
  };
  return { calls, openApi: openApiOf(info, calls) };
}
