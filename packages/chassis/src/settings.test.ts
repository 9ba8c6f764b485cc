import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadSettings, flag, loadSettings, portNumber, serviceSettings, wholeNumber } from './settings.ts';

const schema = serviceSettings(
  {
    RECEIVER_PORT: portNumber(8701),
    RECEIVER_MAX_BODY_BYTES: wholeNumber({ default: 10, min: 1 }),
    FAST: flag(false),
  },
  (env) => ({ port: env.RECEIVER_PORT, maxBodyBytes: env.RECEIVER_MAX_BODY_BYTES, fast: env.FAST }),
);

function problemOf(env: Record<string, string>): string {
  try {
    loadSettings(schema, env);
  } catch (error) {
    if (error instanceof BadSettings) return error.message;
    throw error;
  }
  return '';
}

describe('settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-settings-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('have the defaults of the contract when the environment says nothing', () => {
    expect(loadSettings(schema, {})).toEqual({
      host: '127.0.0.1',
      kafkaBrokers: ['127.0.0.1:8792'],
      kafkaSsl: false,
      kafkaSasl: undefined,
      mongodbUri: 'mongodb://127.0.0.1:8717/syncline',
      topicPrefix: '',
      logLevel: 'info',
      drainMs: 10_000,
      secretKeys: [],
      port: 8701,
      maxBodyBytes: 10,
      fast: false,
    });
  });

  it('read TLS files for Kafka, and take no half of them', () => {
    const [ca, cert, key, other] = ['ca', 'cert', 'key', 'other'].map((name) => join(folder, name));
    for (const path of [ca, cert, key]) writeFileSync(path!, `-----BEGIN X----- ${path!}`);
    writeFileSync(other!, 'no PEM');
    const all = { KAFKA_SSL: '1', KAFKA_SSL_CA: ca!, KAFKA_SSL_CERT: cert!, KAFKA_SSL_KEY: key! };
    const pem = (path: string | undefined) => `-----BEGIN X----- ${path!}`;
    expect(loadSettings(schema, all).kafkaSsl).toEqual({ ca: pem(ca), cert: pem(cert), key: pem(key) });
    expect(problemOf({ KAFKA_SSL_CA: ca! })).toMatch(/^KAFKA_SSL .*because KAFKA_SSL_CA is set/);
    expect(problemOf({ KAFKA_SSL: '1', KAFKA_SSL_CERT: cert! })).toMatch(/^KAFKA_SSL_KEY is missing/);
    expect(problemOf({ KAFKA_SSL: '1', KAFKA_SSL_KEY: key! })).toMatch(/^KAFKA_SSL_CERT is missing/);
    expect(problemOf({ KAFKA_SSL: '1', KAFKA_SSL_CA: other! })).toMatch(/^KAFKA_SSL_CA .*it is no PEM/);
    expect(problemOf({ KAFKA_SSL: '1', KAFKA_SSL_CA: '/nowhere' })).toMatch(/^KAFKA_SSL_CA .*cannot be read/);
  });

  it('are read by type', () => {
    const env = {
      KAFKA_BROKERS: 'a:9092, [::1]:9093',
      SYNCLINE_DRAIN_SECONDS: '3',
      RECEIVER_PORT: '0',
      FAST: 'true',
      KAFKA_SSL: '1',
      PATH: '/bin',
    };
    expect(loadSettings(schema, env)).toMatchObject({
      kafkaBrokers: ['a:9092', '[::1]:9093'],
      drainMs: 3000,
      port: 0,
      fast: true,
      kafkaSsl: true,
    });
  });

  it('count as not set when they are empty', () => {
    expect(loadSettings(schema, { KAFKA_BROKERS: '', RECEIVER_PORT: '' })).toMatchObject({ port: 8701 });
  });

  it.each([
    ['RECEIVER_PORT', 'abc', 'expected a whole number from 0 to 65535'],
    ['RECEIVER_PORT', '65536', 'expected a whole number from 0 to 65535'],
    ['RECEIVER_PORT', '-1', 'expected a whole number from 0 to 65535'],
    ['RECEIVER_PORT', '1e3', 'expected a whole number from 0 to 65535'],
    ['RECEIVER_MAX_BODY_BYTES', '0', 'expected a whole number from 1 to'],
    ['RECEIVER_MAX_BODY_BYTES', 'Infinity', 'expected a whole number from 1 to'],
    ['KAFKA_BROKERS', 'localhost', 'expected host:port'],
    ['KAFKA_BROKERS', 'a:1,,b:2', 'expected host:port'],
    ['MONGODB_URI', 'http://x', 'expected mongodb://'],
    ['SYNCLINE_TOPIC_PREFIX', 'a/b', 'expected at most 100 letters'],
    ['LOG_LEVEL', 'loud', 'expected debug, info, warn or error'],
    ['SYNCLINE_DRAIN_SECONDS', '601', 'expected a whole number from 0 to 600'],
    ['SYNCLINE_HOST', 'a b', 'expected an address'],
    ['FAST', 'yes', 'expected 1 or 0'],
    ['KAFKA_SASL_MECHANISM', 'magic', 'expected plain'],
  ])('name %s=%s in one line', (name, value, expected) => {
    const problem = problemOf({ [name]: value });
    expect(problem).toContain(`${name} is not valid: ${expected}`);
    expect(problem.split('\n')).toHaveLength(1);
  });

  it('have a line for each bad one', () => {
    expect(problemOf({ LOG_LEVEL: 'loud', KAFKA_BROKERS: 'x' }).split('\n')).toHaveLength(2);
  });

  it('name the half of a SASL login that is missing', () => {
    expect(problemOf({ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'me' })).toContain(
      'KAFKA_SASL_PASSWORD is missing: expected because KAFKA_SASL_MECHANISM is set',
    );
    const login = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'me', KAFKA_SASL_PASSWORD: 'pass' };
    expect(loadSettings(schema, login).kafkaSasl).toEqual({
      mechanism: 'plain',
      username: 'me',
      password: 'pass',
    });
  });

  it('keep the value out of the line, since it may be a secret', () => {
    expect(problemOf({ MONGODB_URI: 'user:hunter22@host' })).not.toContain('hunter22');
  });
});
