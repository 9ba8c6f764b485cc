import { objectApi, type ObjectApi } from '@syncline/catalog';
import { configured, findObject } from '../configured.ts';
import { Refused } from '../refused.ts';
import { urlOf } from '../services.ts';
import type { Context } from './command.ts';

export interface ApiOptions {
  tenant?: string;
  dataCenter?: string;
  config?: string;
  json: boolean;
}

/** Generates the API of an ERP object (spec 1): curl commands, or OpenAPI. */
export async function api(
  apiName: string,
  options: ApiOptions,
  { installation, output }: Context,
): Promise<void> {
  const view = await configured(options.config, installation);
  const { tenant, dataCenter } = options;
  const object = findObject(view, { apiName, tenant, dataCenter });
  const receiverUrl = installation.receiverPublicUrl ?? urlOf(installation, 'RECEIVER_PORT');
  const generated = objectApi(view, object, { receiverUrl, now: Date.now() });
  if (generated === null) throw new Refused(`There is no data center ${object.dataCenterId}.`);
  if (options.json) output.say(JSON.stringify(generated.openApi, null, 2));
  else for (const line of curlLines(generated)) output.say(line);
}

/** A script: each command under what it does. */
function curlLines({ calls }: ObjectApi): string[] {
  const place = '# TOKEN: of the ERP for the first four endpoints, a push token of the tenant for asyncpush';
  return [
    place,
    ...calls.flatMap((call) =>
      call.samples.flatMap(({ title, command }) => ['', `# ${call.name}: ${title}`, command]),
    ),
  ];
}
