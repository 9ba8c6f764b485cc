import { request } from 'node:http';
import type { BrokerAndStore } from './shared-servers.ts';
import { freePort } from './free-port.ts';

/** The images of docker-compose.yml. */
const images = { kafka: 'apache/kafka:4.1.0', mongo: 'mongo:8.0' };
const pingLimitMs = 2000;
const startLimitMs = 180_000;

/** Does a Docker engine answer at once? */
export async function hasDocker(): Promise<boolean> {
  const socket = /^unix:\/\/(.+)$/.exec(process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock')?.[1];
  const target = socket ? { socketPath: socket } : tcpTarget(process.env.DOCKER_HOST);
  if (!target) return false;
  return new Promise((resolve) => {
    const ping = request({ ...target, path: '/_ping', timeout: pingLimitMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('timeout', () => ping.destroy());
    ping.on('error', () => {
      resolve(false);
    });
    ping.end();
  });
}

/** Starts Kafka and MongoDB in containers of their own. */
export async function startContainers(): Promise<BrokerAndStore> {
  const { GenericContainer, Wait } = await import('testcontainers');
  // Kafka tells clients its own address, so the port outside must be known before it starts.
  const kafkaPort = await freePort();
  const kafka = new GenericContainer(images.kafka)
    .withExposedPorts({ container: 9092, host: kafkaPort })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${kafkaPort}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(startLimitMs);
  const mongo = new GenericContainer(images.mongo)
    .withExposedPorts(27017)
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(startLimitMs);
  const started = await Promise.allSettled([kafka.start(), mongo.start()]);
  const stop = async (): Promise<void> => {
    const running = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value.stop()] : []));
    await Promise.allSettled(running);
  };
  const [kafkaResult, mongoResult] = started;
  if (kafkaResult.status === 'rejected' || mongoResult.status === 'rejected') {
    await stop();
    throw new AggregateError(
      started.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : [])),
    );
  }
  const { value: store } = mongoResult;
  return {
    kafkaBrokers: [`127.0.0.1:${kafkaPort}`],
    mongodbUri: `mongodb://${store.getHost()}:${store.getMappedPort(27017)}`,
    stop,
  };
}

function tcpTarget(dockerHost: string | undefined): { host: string; port: number } | null {
  const [, host, port] = /^tcp:\/\/([^:/]+):(\d+)/.exec(dockerHost ?? '') ?? [];
  return host && port ? { host, port: Number(port) } : null;
}
