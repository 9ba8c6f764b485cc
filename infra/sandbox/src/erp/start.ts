import {
  dataDirSetting,
  flagSetting,
  hostSetting,
  numberSetting,
  tenantSetting,
  textSetting,
} from '../shared/environment.ts';
import { sharedRoutes } from '../shared/control-routes.ts';
import { bindHttpServer } from '../shared/http-server.ts';
import type { Log } from '../shared/log.ts';
import type { RunningSandbox } from '../shared/run.ts';
import { Traffic } from '../shared/traffic.ts';
import { erpApi } from './calls.ts';
import { erpRoutes } from './control.ts';
import { Erp } from './erp.ts';
import type { PushTarget } from './push-client.ts';
import { PushQueue } from './push-queue.ts';
import { erpTraffic } from './traffic.ts';

export interface SandboxErpSettings {
  host: string;
  /** 0 takes a free one */
  port: number;
  dataDir: string;
  /** what Syncline must send in the header `token` */
  token: string;
  push: PushTarget;
  traffic: boolean;
}

/** @throws BadSetting naming the variable */
export function readErpSettings(env: NodeJS.ProcessEnv): SandboxErpSettings {
  const host = hostSetting(env);
  const receiverPort = String(numberSetting(env, 'RECEIVER_PORT', 8701));
  const receiver = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${receiverPort}/erp/syncdata/open/objdata/asyncpush`;
  return {
    host,
    port: numberSetting(env, 'SANDBOX_ERP_PORT', 8710),
    dataDir: dataDirSetting(env),
    token: textSetting(env, 'SANDBOX_ERP_TOKEN', 'erp-secret'),
    push: {
      url: textSetting(env, 'SANDBOX_PUSH_URL', receiver),
      token: textSetting(env, 'SANDBOX_PUSH_TOKEN', 'sandbox-push-token'),
      tenantId: tenantSetting(env),
      dataCenterId: textSetting(env, 'SANDBOX_DATA_CENTER_ID', 'dc-main'),
    },
    traffic: flagSetting(env, 'SANDBOX_TRAFFIC'),
  };
}

export async function startSandboxErp(settings: SandboxErpSettings, log: Log): Promise<RunningSandbox> {
  const server = await bindHttpServer(settings);
  const erp = new Erp(settings.dataDir);
  const pushes = new PushQueue(erp, settings.push);
  const traffic = new Traffic(erpTraffic(erp, pushes), log);
  const { journal, faults, feed } = erp;
  const shared = { name: 'sandbox-erp', journal, faults, feed, traffic, notReady: () => null };
  server.serve({
    raw: erpApi(erp, settings.token),
    routes: [...sharedRoutes(shared), ...erpRoutes(erp, pushes)],
  });
  pushes.start();
  if (settings.traffic) traffic.set({ on: true });
  return {
    url: `http://${settings.host}:${String(server.port)}`,
    stop: async () => {
      traffic.stop();
      pushes.stop();
      await server.stop();
      erp.journal.close();
    },
  };
}
