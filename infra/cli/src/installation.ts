import { join, resolve } from 'node:path';
import { loadSettings, serviceSettings, wholeNumber, type CommonSettings } from '@syncline/chassis';
import { z } from 'zod';
import { Refused } from './refused.ts';

/** Each port of contract 1, by the variable that moves it. */
export const portDefaults = {
  CONSOLE_PORT: 8700,
  RECEIVER_PORT: 8701,
  POLLER_PORT: 8702,
  PUSHER_PORT: 8703,
  MAPPING_PORT: 8704,
  SANDBOX_ERP_PORT: 8710,
  SANDBOX_CRM_PORT: 8711,
  KAFKA_PORT: 8792,
  MONGO_PORT: 8717,
} as const;
export type PortVariable = keyof typeof portDefaults;
type Ports = Record<PortVariable, number>;

export type Env = Readonly<Record<string, string | undefined>>;

/** One Syncline on this machine: where its files are, where it listens, and which broker and store it uses. */
export interface Installation extends CommonSettings {
  /** the project's folder */
  root: string;
  /** `SYNCLINE_HOME`: data, logs, run */
  home: string;
  ports: Ports;
  /** is there an embedded process for it, or was a real one named? */
  embedded: { kafka: boolean; store: boolean };
  /** heap of each service, MB */
  heapMb: number;
  allowFastPoll: boolean;
  /** where ERPs reach the receiver, if it is not this machine's own address of it */
  receiverPublicUrl: string | undefined;
  /** what the services inherit, with the addresses above filled in */
  env: Env;
}

const projectRoot = resolve(import.meta.dirname, '../../..');

const port = (variable: PortVariable): z.ZodType<number> =>
  wholeNumber({ default: portDefaults[variable], min: 1, max: 65535 });

const ownSettings = {
  SYNCLINE_HOME: z.string().optional(),
  SYNCLINE_HEAP_MB: wholeNumber({ default: 512, min: 64, max: 65536 }),
  SYNCLINE_ALLOW_FAST_POLL: z.string().optional(),
  RECEIVER_PUBLIC_URL: z
    .string()
    .regex(/^https?:\/\/[^\s/]+$/, 'expected http://host:port')
    .optional(),
  CONSOLE_PORT: port('CONSOLE_PORT'),
  RECEIVER_PORT: port('RECEIVER_PORT'),
  POLLER_PORT: port('POLLER_PORT'),
  PUSHER_PORT: port('PUSHER_PORT'),
  MAPPING_PORT: port('MAPPING_PORT'),
  SANDBOX_ERP_PORT: port('SANDBOX_ERP_PORT'),
  SANDBOX_CRM_PORT: port('SANDBOX_CRM_PORT'),
  KAFKA_PORT: port('KAFKA_PORT'),
  MONGO_PORT: port('MONGO_PORT'),
};

const installationSettings = serviceSettings(ownSettings, (env) => ({
  home: env.SYNCLINE_HOME,
  heapMb: env.SYNCLINE_HEAP_MB,
  allowFastPoll: env.SYNCLINE_ALLOW_FAST_POLL === '1',
  receiverPublicUrl: env.RECEIVER_PUBLIC_URL,
  ports: Object.fromEntries(
    (Object.keys(portDefaults) as PortVariable[]).map((variable) => [variable, env[variable]]),
  ) as Ports,
}));

/**
 * Reads the installation from the environment.
 * @throws BadSettings or Refused, naming the variable that is wrong
 */
export function readInstallation(env: Env): Installation {
  const settings = loadSettings(installationSettings, env);
  const { ports, host } = settings;
  refuseSamePort(ports);
  const kafkaBrokers = env.KAFKA_BROKERS || `127.0.0.1:${ports.KAFKA_PORT}`;
  const mongodbUri = env.MONGODB_URI || `mongodb://127.0.0.1:${ports.MONGO_PORT}/syncline`;
  const home = resolve(settings.home ?? join(projectRoot, '.syncline'));
  return {
    ...settings,
    root: projectRoot,
    home,
    kafkaBrokers: kafkaBrokers.split(','),
    mongodbUri,
    embedded: { kafka: !env.KAFKA_BROKERS, store: !env.MONGODB_URI },
    env: {
      ...env,
      ...portTexts(ports),
      SYNCLINE_HOME: home,
      SYNCLINE_HOST: host,
      KAFKA_BROKERS: kafkaBrokers,
      MONGODB_URI: mongodbUri,
      MAPPING_URL: env.MAPPING_URL || `http://${reachableHost(host)}:${ports.MAPPING_PORT}`,
    },
  };
}

/** Where a client on this machine reaches a process that listens on `host`: a wildcard is no address to call. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function refuseSamePort(ports: Ports): void {
  const taken = new Map<number, string>();
  for (const [variable, port] of Object.entries(ports)) {
    const other = taken.get(port);
    if (other)
      throw new Refused(`${other} and ${variable} are both ${port}; give each a port of its own.`, 2);
    taken.set(port, variable);
  }
}

function portTexts(ports: Ports): Record<string, string> {
  return Object.fromEntries(Object.entries(ports).map(([variable, port]) => [variable, String(port)]));
}
