import { createLogger, loadSettings, runService } from '@syncline/chassis';
import { connectKafka } from '@syncline/kafka';
import { connectStore } from '@syncline/store';
import { pollerParts } from './poller.ts';
import { pollerSettings } from './settings.ts';

const settings = loadSettings(pollerSettings);
const logger = createLogger({ service: 'poller', level: settings.logLevel });
const store = connectStore({ uri: settings.mongodbUri, secretKeys: settings.secretKeys, logger });
const kafka = connectKafka({
  brokers: settings.kafkaBrokers,
  clientId: 'syncline-poller',
  topicPrefix: settings.topicPrefix,
  ssl: settings.kafkaSsl,
  sasl: settings.kafkaSasl,
  logger,
});

await runService({
  name: 'poller',
  logger,
  drainMs: settings.drainMs,
  parts: pollerParts({ ...settings, store, kafka, logger }),
});
