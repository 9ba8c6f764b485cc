import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { jarFile } from './build.ts';
import type { Address } from './ask.ts';
import { answersKafka } from './kafka-ready.ts';
import { answersMongo } from './store-ready.ts';

/** How to start one embedded server. The caller spawns it, so that the process id is java's own. */
export interface EmbeddedProcess {
  name: 'kafka' | 'store';
  command: string;
  args: string[];
  /** The data folder: a crash report of the JVM lands there. */
  cwd: string;
  /** Whether it answers a request of its own protocol within two seconds, and can serve. */
  isReady(): Promise<boolean>;
}

/** One more listener of the broker, for clients that come through a proxy. */
export interface BehindProxy {
  /** [A-Z]+ */
  name: string;
  /** where the broker listens, and the proxy leads to */
  port: number;
  /** where the proxy listens, and the broker sends its clients */
  advertisedPort: number;
}

export interface EmbeddedOptions {
  host: string;
  port: number;
  dataDir: string;
  heapMb?: number;
}

const defaultHeapMb = 512;

/** One Kafka node, broker and controller in one; it formats its storage at the first start. */
export async function embeddedKafka({
  behindProxies = [],
  ...options
}: EmbeddedOptions & { behindProxies?: readonly BehindProxy[] }): Promise<EmbeddedProcess> {
  const server = await embedded('kafka', 'syncline.embedded.KafkaServer', options, answersKafka);
  if (behindProxies.length === 0) return server;
  const listeners = behindProxies.map(
    ({ name, port, advertisedPort }) => `${name}=${String(port)}:${String(advertisedPort)}`,
  );
  return { ...server, args: [`-Dsyncline.kafka.behindProxies=${listeners.join(',')}`, ...server.args] };
}

/** A durable document store that speaks MongoDB's protocol; what it lacks is in the README. */
export function embeddedStore(options: EmbeddedOptions): Promise<EmbeddedProcess> {
  return embedded('store', 'syncline.embedded.StoreServer', options, answersMongo);
}

async function embedded(
  name: 'kafka' | 'store',
  mainClass: string,
  { host, port, dataDir, heapMb = defaultHeapMb }: EmbeddedOptions,
  answers: (address: Address) => Promise<boolean>,
): Promise<EmbeddedProcess> {
  await mkdir(dataDir, { recursive: true });
  return {
    name,
    command: javaCommand(),
    args: [...jvmOptions(heapMb), '-cp', jarFile, mainClass, host, String(port), dataDir],
    cwd: dataDir,
    isReady: () => answers({ host: host === '0.0.0.0' ? '127.0.0.1' : host, port }),
  };
}

/** After an out-of-memory error parts of a server may be missing; a restart is safe at any moment. */
function jvmOptions(heapMb: number): string[] {
  return [
    `-Xmx${String(heapMb)}m`,
    '-XX:+UseSerialGC',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
  ];
}

function javaCommand(): string {
  const home = process.env['JAVA_HOME'];
  const command = home === undefined ? '' : join(home, 'bin', 'java');
  return command !== '' && existsSync(command) ? command : 'java';
}
