import { createLogger, loadSettings, runService } from '@syncline/chassis';
import { connectKafka } from '@syncline/kafka';
import { connectStore } from '@syncline/store';
import { pusherParts } from './pusher.ts';
import { pusherSettings } from './settings.ts';

const settings = loadSettings(pusherSettings);
const logger = createLogger({ service: 'pusher', level: settings.logLevel });
const store = connectStore({ uri: settings.mongodbUri, secretKeys: settings.secretKeys, logger });
const kafka = connectKafka({
  brokers: settings.kafkaBrokers,
  clientId: 'syncline-pusher',
  topicPrefix: settings.topicPrefix,
  ssl: settings.kafkaSsl,
  sasl: settings.kafkaSasl,
  logger,
});

await runService({
  name: 'pusher',
  logger,
  drainMs: settings.drainMs,
  parts: pusherParts({ ...settings, store, kafka, logger }),
});
