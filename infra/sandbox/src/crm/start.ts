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
import { BrokerProducer, createKafka } from './broker.ts';
import { BrokerConsumer } from './broker-consumer.ts';
import { crmRoutes } from './control.ts';
import { Crm } from './crm.ts';
import { takeBatchOf } from './take-batch.ts';
import { crmTraffic } from './traffic.ts';

export interface SandboxCrmSettings {
  host: string;
  /** 0 takes a free one */
  port: number;
  dataDir: string;
  brokers: string[];
  topicPrefix: string;
  /** the tenant of control calls that name none */
  tenantId: string;
  traffic: boolean;
}

const drainMs = 5000;

/** @throws BadSetting naming the variable */
export function readCrmSettings(env: NodeJS.ProcessEnv): SandboxCrmSettings {
  return {
    host: hostSetting(env),
    port: numberSetting(env, 'SANDBOX_CRM_PORT', 8711),
    dataDir: dataDirSetting(env),
    brokers: textSetting(env, 'KAFKA_BROKERS', '127.0.0.1:8792').split(','),
    topicPrefix: textSetting(env, 'SYNCLINE_TOPIC_PREFIX', ''),
    tenantId: tenantSetting(env),
    traffic: flagSetting(env, 'SANDBOX_TRAFFIC'),
  };
}

export async function startSandboxCrm(settings: SandboxCrmSettings, log: Log): Promise<RunningSandbox> {
  const { topicPrefix: prefix, tenantId } = settings;
  const server = await bindHttpServer(settings);
  const kafka = createKafka(settings, log);
  const producer = new BrokerProducer(kafka, prefix);
  const crm = new Crm(settings.dataDir, (messages) => producer.send(messages), log);
  const consumer = new BrokerConsumer({ kafka, prefix, take: takeBatchOf(crm, log), log });
  const traffic = new Traffic(crmTraffic(crm, tenantId), log);
  const { journal, faults, feed } = crm;
  const shared = { name: 'sandbox-crm', journal, faults, feed, traffic, notReady: () => consumer.notReady() };
  server.serve({ routes: [...sharedRoutes(shared), ...crmRoutes(crm, tenantId)] });
  consumer.start();
  if (settings.traffic) traffic.set({ on: true });
  return {
    url: `http://${settings.host}:${String(server.port)}`,
    stop: async () => {
      traffic.stop();
      await server.stop();
      crm.reorder.releaseAll();
      await Promise.all([consumer.stop(), crm.outbox.stop(drainMs)]);
      await producer.stop();
      crm.journal.close();
    },
  };
}
