import { createLogger, loadSettings, runService } from '@syncline/chassis';
import { connectKafka } from '@syncline/kafka';
import { connectStore } from '@syncline/store';
import { receiverParts } from './receiver.ts';
import { receiverSettings } from './settings.ts';

const settings = loadSettings(receiverSettings);
const logger = createLogger({ service: 'receiver', level: settings.logLevel });
if (settings.internalSecret !== undefined) logger.addSecrets([settings.internalSecret]);
const store = connectStore({ uri: settings.mongodbUri, secretKeys: settings.secretKeys, logger });
const kafka = connectKafka({
  brokers: settings.kafkaBrokers,
  clientId: 'syncline-receiver',
  topicPrefix: settings.topicPrefix,
  ssl: settings.kafkaSsl,
  sasl: settings.kafkaSasl,
  logger,
});

const { parts } = receiverParts({ ...settings, store, kafka, logger });
await runService({ name: 'receiver', logger, drainMs: settings.drainMs, parts });
