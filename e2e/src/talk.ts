import type { RunningSyncline } from '@syncline/testkit';
import { askConsole } from './console-client.ts';

/** The sandbox's tenant. */
const tenant = { tenantId: '81138', dataCenterId: 'dc-main', token: 'sandbox-push-token' };

interface OpenApiReply {
  errCode: string;
  errMsg: string;
  data?: Record<string, { lastSyncStatus: number; isCreated: boolean; destDataId: string } | undefined>;
}

/** One of the four calls of spec 5 and 6. */
export async function callOpenApi(
  system: RunningSyncline,
  name: string,
  parameters: Record<string, unknown>,
): Promise<OpenApiReply> {
  const response = await fetch(`${system.url('mapping')}/erp/syncdata/open/callAPI/erp.syncData.${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', token: tenant.token, tenantId: tenant.tenantId },
    body: JSON.stringify(parameters),
    signal: AbortSignal.timeout(10_000),
  });
  return (await response.json()) as OpenApiReply;
}

/** Polls now; answers when that window is on the topic. */
export async function runPoll(
  system: RunningSyncline,
  objectApiName: string,
): Promise<{ startTime: number; endTime: number; totalNum: number; received: number; pages: number }> {
  const url = `${system.url('poller')}/poll-tasks/${tenant.tenantId}/${tenant.dataCenterId}/${objectApiName}/run`;
  const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`${String(response.status)}: ${await response.text()}`);
  return (await response.json()) as Awaited<ReturnType<typeof runPoll>>;
}

/** The newest syncs, as the console shows them. */
export async function newestSyncs(system: RunningSyncline): Promise<{ status: number }[]> {
  const response = await askConsole(system, `/tenants/${tenant.tenantId}/syncs?limit=50`);
  return ((await response.json()) as { items: { status: number }[] }).items;
}
