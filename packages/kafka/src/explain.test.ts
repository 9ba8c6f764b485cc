import type { Logger } from '@syncline/chassis';
import { explainRefusal } from './explain.ts';

function aLogger(): { logger: Logger; said: string[] } {
  const said: string[] = [];
  const ignore = (): void => undefined;
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (message) => void said.push(message),
    addSecrets: ignore,
    child: () => logger,
  };
  return { logger, said };
}

describe('what a broker refuses', () => {
  // As a Kafka with SASL_SSL and SSL listeners, Node and kafkajs said it.
  it.each([
    [
      'SASL PLAIN authentication failed: Authentication failed: Invalid username or password',
      'KAFKA_SASL_PASSWORD',
    ],
    [
      'Connection error: unable to verify the first certificate; if the root CA is installed locally',
      'KAFKA_SSL_CA',
    ],
    ['Connection error: self-signed certificate in certificate chain', 'KAFKA_SSL_CA'],
    [
      'Connection error: 404D:error:0A000412:SSL routines:ssl3_read_bytes:ssl/tls alert bad certificate',
      'KAFKA_SSL_CERT',
    ],
    [
      "Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list",
      'KAFKA_BROKERS',
    ],
  ])('%s names the setting', (message, setting) => {
    const { logger, said } = aLogger();
    explainRefusal(message, 'broker:9093', logger);
    expect(said).toEqual([expect.stringContaining(setting)]);
  });

  it('is said once, however often it comes', () => {
    const { logger, said } = aLogger();
    for (let n = 0; n < 50; n += 1) explainRefusal('SASL PLAIN authentication failed', undefined, logger);
    expect(said).toHaveLength(1);
  });

  it.each([
    'Connection error: connect ECONNREFUSED 127.0.0.1:9092',
    'Connection error: read ECONNRESET',
    'Closed connection',
  ])('is not: %s', (message) => {
    const { logger, said } = aLogger();
    explainRefusal(message, undefined, logger);
    expect(said).toEqual([]);
  });
});
