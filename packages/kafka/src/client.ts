import net from 'node:net';
import tls from 'node:tls';
import type { Logger, Sasl } from '@syncline/chassis';
import {
  Kafka as KafkaJs,
  logLevel,
  type ISocketFactory,
  type KafkaConfig,
  type logCreator,
  type RetryOptions,
  type SASLOptions,
} from 'kafkajs';
import { explainRefusal } from './explain.ts';

/** How the brokers are reached; the same for every producer, consumer and admin call of a process. */
export interface ConnectionSettings {
  brokers: string[];
  clientId: string;
  ssl?: KafkaConfig['ssl'];
  sasl?: Sasl | undefined;
}

/** A short first delay finds a restarted broker at once; the cap keeps the wait after a long absence short. */
export const clientRetry = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 6 };

const connectionTimeoutMs = 3_000;
/** Of one request. kafkajs adds the time that a fetch or a join may rightly take. */
const requestTimeoutMs = 10_000;

/**
 * A client of its own for each consumer and producer: kafkajs shares the committed offsets of a group among all
 * consumers that one client made, and a rebuilt consumer must begin with none.
 */
export function createClient(
  settings: ConnectionSettings,
  logger: Logger,
  retry: RetryOptions = clientRetry,
): KafkaJs {
  const { brokers, clientId, ssl, sasl } = settings;
  return new KafkaJs({
    brokers,
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    // kafkajs types each mechanism apart.
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry,
    socketFactory: openSocket,
    logLevel: logLevel.WARN,
    logCreator: logTo(logger),
  });
}

/**
 * kafkajs leaves Nagle's algorithm on. A commit or heartbeat behind an unanswered request would then wait for the
 * broker's delayed acknowledgement, 40 ms on Linux.
 */
const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  // The type says that `ssl` is there; without TLS it is not.
  const socket = (ssl as typeof ssl | undefined)
    ? tls.connect({ host, port, ...servername, ...ssl }, onConnect)
    : net.connect({ host, port }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  return socket;
};

// All of it is debug, but for what a setting can mend: kafkajs logs every retry of a broker restart as an error. What matters to an operator is
// said once by the consumer and the producer.
function logTo(logger: Logger): logCreator {
  return () =>
    ({ namespace, log }) => {
      const { broker, error, retryCount } = log;
      explainRefusal(log.message, broker, logger);
      logger.debug(`kafkajs ${namespace}: ${log.message}`, { broker, reason: error, retryCount });
    };
}
