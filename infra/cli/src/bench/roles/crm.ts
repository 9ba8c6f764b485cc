import { createLogger, loadSettings, serviceSettings } from '@syncline/chassis';
import { connectKafka } from '@syncline/kafka';
import { Crm } from './crm-records.ts';

export type CrmVerbs = ReturnType<typeof crmVerbs>;

const settingsSchema = serviceSettings({}, () => ({}));

/** A CRM that answers what it is asked to write, and makes as many events as it is told to. */
export function crmVerbs() {
  let crm: Crm | null = null;
  const started = (): Crm => {
    if (crm === null) throw new Error('the CRM was not started');
    return crm;
  };
  return {
    /** @param wanted `env`: where the broker is */
    async start({ env }: { env: Record<string, string | undefined> }): Promise<void> {
      const { kafkaBrokers, topicPrefix, kafkaSsl, kafkaSasl } = loadSettings(settingsSchema, env);
      const kafka = connectKafka({
        brokers: kafkaBrokers,
        clientId: 'syncline-bench',
        topicPrefix,
        logger: createLogger({ service: 'bench-crm', level: 'warn' }),
        ssl: kafkaSsl,
        sasl: kafkaSasl,
      });
      crm = new Crm(kafka, topicPrefix);
      await crm.start();
    },
    emit: (wanted: Parameters<Crm['emit']>[0]) => started().emit(wanted),
    trickle: (wanted: Parameters<Crm['trickle']>[0]) => started().trickle(wanted),
    arrivals: async () => started().arrivals(),
    counts: async () => started().counts(),
  };
}
