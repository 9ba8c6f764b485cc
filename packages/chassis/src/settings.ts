import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { CannotStart } from './part.ts';
import { secretKeys } from './secret-keys.ts';

/** Environment variables that are wrong; one line for each, naming the variable and what it takes. */
export class BadSettings extends CannotStart {
  override readonly name = 'BadSettings';
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment as typed settings (contract 1).
 *
 * Without `env` it reads the process's own; a bad setting then ends the process with exit code 2 and its line on stderr.
 * @param env for tests and tools
 * @throws BadSettings if `env` is given and has a bad one
 */
export function loadSettings<T>(schema: z.ZodType<T>, env?: Environment): T {
  if (env !== undefined) return readSettings(schema, env);
  try {
    return readSettings(schema, process.env);
  } catch (error) {
    if (!(error instanceof BadSettings)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

function readSettings<T>(schema: z.ZodType<T>, env: Environment): T {
  // NAME= in a compose file or a shell means "not set", not "the empty text".
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const read = schema.safeParse(set);
  if (read.success) return read.data;
  // Values stay out of the line: a bad one may be a secret, pasted into the wrong variable.
  const lines = read.error.issues.map((issue) => {
    const name = issue.path.join('.');
    const problem = set[name] === undefined ? 'is missing' : 'is not valid';
    return `${name} ${problem}: ${issue.message}. Correct this environment variable and start again.`;
  });
  throw new BadSettings([...new Set(lines)].join('\n'));
}

/** A whole number. The message says the range, so that the line alone is enough to correct it. */
export function wholeNumber(range: { default: number; min?: number; max?: number }): z.ZodType<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range;
  const message = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .default(String(range.default))
    .refine((text) => /^\d{1,16}$/.test(text) && Number(text) >= min && Number(text) <= max, message)
    .transform(Number);
}

/** A TCP port; 0 takes any free one. */
export function portNumber(defaultPort: number): z.ZodType<number> {
  return wholeNumber({ default: defaultPort, min: 0, max: 65535 });
}

/** `1` or `0`, `true` or `false`. */
export function flag(defaultValue: boolean): z.ZodType<boolean> {
  return z
    .enum(['1', '0', 'true', 'false'], 'expected 1 or 0')
    .default(defaultValue ? '1' : '0')
    .transform((text) => text === '1' || text === 'true');
}

/** The path of a PEM file; its text. */
const pemFile = z.string().transform((path, context): string => {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.includes('-----BEGIN ')) return text;
    context.addIssue({ code: 'custom', message: 'expected the path of a PEM file; it is no PEM' });
  } catch {
    context.addIssue({ code: 'custom', message: 'expected the path of a PEM file; it cannot be read' });
  }
  return z.NEVER;
});

const broker = /^(\[[0-9a-fA-F:]+\]|[^\s:,/@[\]]+):\d{1,5}$/;
const brokersMessage = 'expected host:port, or several with commas between them';

/** The variables that every service reads, by name. */
export const commonSettings = {
  SYNCLINE_HOST: z.string().regex(/^\S+$/, 'expected an address to listen on').default('127.0.0.1'),
  KAFKA_BROKERS: z
    .string()
    .default('127.0.0.1:8792')
    .transform((text) => text.split(',').map((one) => one.trim()))
    .refine((brokers) => brokers.every((one) => broker.test(one)), brokersMessage),
  KAFKA_SSL: flag(false),
  KAFKA_SSL_CA: pemFile.optional(),
  KAFKA_SSL_CERT: pemFile.optional(),
  KAFKA_SSL_KEY: pemFile.optional(),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'], 'expected plain, scram-sha-256 or scram-sha-512')
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/\S+$/, 'expected mongodb://host:port/database')
    .default('mongodb://127.0.0.1:8717/syncline'),
  SYNCLINE_TOPIC_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{0,100}$/, 'expected at most 100 letters, digits, dots, dashes or underscores')
    .default(''),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'], 'expected debug, info, warn or error')
    .default('info'),
  SYNCLINE_DRAIN_SECONDS: wholeNumber({ default: 10, min: 0, max: 600 }),
  SYNCLINE_SECRET_KEY: secretKeys,
};

type CommonEnvironment = z.output<z.ZodObject<typeof commonSettings>>;

/** PEM texts: who signed the broker's certificate, and this client's own certificate with its key. */
export interface KafkaTls {
  ca?: string;
  cert?: string;
  key?: string;
}

export interface Sasl {
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  username: string;
  password: string;
}

/** What every service knows of its surroundings. */
export interface CommonSettings {
  host: string;
  kafkaBrokers: string[];
  /** true: TLS with the certificate authorities that Node knows */
  kafkaSsl: boolean | KafkaTls;
  kafkaSasl: Sasl | undefined;
  mongodbUri: string;
  topicPrefix: string;
  logLevel: CommonEnvironment['LOG_LEVEL'];
  /** how long a stop may take before what is in flight is left to be done again */
  drainMs: number;
  /** the first encrypts secrets in the store, all of them decrypt */
  secretKeys: Buffer[];
}

/**
 * A service's settings: the common ones and its own.
 * @param own variable name → parser
 * @param toSettings the own variables by their names in the code
 */
export function serviceSettings<Own extends z.ZodRawShape, T extends object>(
  own: Own,
  toSettings: (env: z.output<z.ZodObject<Own>>) => T,
): z.ZodType<CommonSettings & T> {
  const ownSchema = z.object(own);
  return z.looseObject(commonSettings).transform((env, context) => {
    const sasl = saslOf(env, context);
    checkTls(env, context);
    const read = ownSchema.safeParse(env);
    if (read.success) return { ...toCommon(env, sasl), ...toSettings(read.data) };
    for (const { path, message } of read.error.issues) context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  });
}

function toCommon(env: CommonEnvironment, kafkaSasl: Sasl | undefined): CommonSettings {
  return {
    host: env.SYNCLINE_HOST,
    kafkaBrokers: env.KAFKA_BROKERS,
    kafkaSsl: tlsOf(env),
    kafkaSasl,
    mongodbUri: env.MONGODB_URI,
    topicPrefix: env.SYNCLINE_TOPIC_PREFIX,
    logLevel: env.LOG_LEVEL,
    drainMs: env.SYNCLINE_DRAIN_SECONDS * 1000,
    secretKeys: env.SYNCLINE_SECRET_KEY,
  };
}

function tlsOf(env: CommonEnvironment): boolean | KafkaTls {
  const { KAFKA_SSL_CA: ca, KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key } = env;
  if (!env.KAFKA_SSL || (ca === undefined && cert === undefined)) return env.KAFKA_SSL;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Half of it would be no error, but a connection that is less safe than was meant. */
function checkTls(env: CommonEnvironment, context: z.RefinementCtx): void {
  const given = (['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'] as const).filter(
    (name) => env[name] !== undefined,
  );
  const missing = (name: string, because: string): void =>
    context.addIssue({ code: 'custom', path: [name], message: `expected because ${because} is set` });
  if (given[0] !== undefined && !env.KAFKA_SSL) missing('KAFKA_SSL', given[0]);
  if (given.includes('KAFKA_SSL_CERT') && !given.includes('KAFKA_SSL_KEY'))
    missing('KAFKA_SSL_KEY', 'KAFKA_SSL_CERT');
  if (given.includes('KAFKA_SSL_KEY') && !given.includes('KAFKA_SSL_CERT'))
    missing('KAFKA_SSL_CERT', 'KAFKA_SSL_KEY');
}

function saslOf(env: CommonEnvironment, context: z.RefinementCtx): Sasl | undefined {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = env;
  if (mechanism === undefined) return undefined;
  if (username !== undefined && password !== undefined) return { mechanism, username, password };
  context.addIssue({
    code: 'custom',
    path: [username === undefined ? 'KAFKA_SASL_USERNAME' : 'KAFKA_SASL_PASSWORD'],
    message: 'expected because KAFKA_SASL_MECHANISM is set',
  });
  return undefined;
}
