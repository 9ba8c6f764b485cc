import { reachableHost, readInstallation } from './installation.ts';

describe('readInstallation', () => {
  it('runs an embedded broker and store on the ports of the contract', () => {
    const { embedded, kafkaBrokers, mongodbUri, env } = readInstallation({});
    expect(embedded).toEqual({ kafka: true, store: true });
    expect(kafkaBrokers).toEqual(['127.0.0.1:8792']);
    expect(mongodbUri).toBe('mongodb://127.0.0.1:8717/syncline');
    expect(env).toMatchObject({ KAFKA_BROKERS: '127.0.0.1:8792', RECEIVER_PORT: '8701' });
  });

  it('uses the broker and store that the environment names', () => {
    const { embedded, kafkaBrokers } = readInstallation({
      KAFKA_BROKERS: 'a:1,b:2',
      MONGODB_URI: 'mongodb://c:3/d',
    });
    expect(embedded).toEqual({ kafka: false, store: false });
    expect(kafkaBrokers).toEqual(['a:1', 'b:2']);
  });

  it('moves a port by its variable, for the process and for those that call it', () => {
    const { ports, env, kafkaBrokers } = readInstallation({ KAFKA_PORT: '9999', CONSOLE_PORT: '9998' });
    expect(ports).toMatchObject({ KAFKA_PORT: 9999, CONSOLE_PORT: 9998 });
    expect(env.KAFKA_BROKERS).toBe('127.0.0.1:9999');
    expect(kafkaBrokers).toEqual(['127.0.0.1:9999']);
  });

  it.each(['0', '65536', 'http', '-1', '8700.5'])('refuses the port %s, naming its variable', (port) => {
    expect(() => readInstallation({ CONSOLE_PORT: port })).toThrow('CONSOLE_PORT');
  });

  it('refuses one port for two processes', () => {
    expect(() => readInstallation({ CONSOLE_PORT: '8701' })).toThrow(
      /CONSOLE_PORT and RECEIVER_PORT are both 8701/,
    );
  });
});

describe('reachableHost', () => {
  it.each([
    ['0.0.0.0', '127.0.0.1'],
    ['::', '[::1]'],
    ['::1', '[::1]'],
    ['10.0.0.5', '10.0.0.5'],
  ])('reaches %s at %s', (host, reachable) => {
    expect(reachableHost(host)).toBe(reachable);
  });
});
