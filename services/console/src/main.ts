import { createLogger, loadSettings, runService } from '@syncline/chassis';
import { connectKafka } from '@syncline/kafka';
import { connectStore } from '@syncline/store';
import { consoleParts } from './console.ts';
import { consoleSettings } from './settings.ts';

const settings = loadSettings(consoleSettings);
const logger = createLogger({ service: 'console', level: settings.logLevel });
if (settings.adminPassword !== undefined) logger.addSecrets([settings.adminPassword]);
const store = connectStore({ uri: settings.mongodbUri, secretKeys: settings.secretKeys, logger });
const kafka = connectKafka({
  brokers: settings.kafkaBrokers,
  clientId: 'syncline-console',
  topicPrefix: settings.topicPrefix,
  ssl: settings.kafkaSsl,
  sasl: settings.kafkaSasl,
  logger,
});

await runService({
  name: 'console',
  logger,
  drainMs: settings.drainMs,
  parts: consoleParts({ ...settings, store, kafka, logger }),
});
