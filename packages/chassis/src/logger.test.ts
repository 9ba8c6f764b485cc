import { Writable } from 'node:stream';
import { createLogger } from './logger.ts';
import type { Logger, LogLevel } from './logger.ts';

interface Written {
  logger: Logger;
  lines(): string[];
  last(): Record<string, unknown>;
}

function writtenBy(level: LogLevel = 'info', isTTY = false): Written {
  let text = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString('utf8');
      done();
    },
  });
  const logger = createLogger({ service: 'receiver', level, stream: Object.assign(sink, { isTTY }) });
  const lines = (): string[] => text.split('\n').slice(0, -1);
  return { logger, lines, last: () => JSON.parse(lines().at(-1) ?? '') as Record<string, unknown> };
}

/** What axios throws: an Error that carries the whole request, with the ERP's token in its headers. */
function axiosError(): Error {
  const config = { headers: { token: 'erp-secret' }, url: 'http://erp/create' };
  const response = { status: 500, config, request: { _header: 'token: erp-secret' } };
  const error = new Error('Request failed with status code 500');
  return Object.assign(error, {
    name: 'AxiosError',
    code: 'ERR_BAD_RESPONSE',
    status: 500,
    config,
    response,
  });
}

describe('a log line', () => {
  it('is one JSON object with time, level, service and message', () => {
    const { logger, lines, last } = writtenBy();
    logger.warn('lag grows', { topic: 'crm.events', lag: 12 });
    expect(lines()).toHaveLength(1);
    expect(last()).toMatchObject({
      level: 'warn',
      service: 'receiver',
      message: 'lag grows',
      topic: 'crm.events',
      lag: 12,
    });
    expect(Date.parse(String(last()['time']))).not.toBeNaN();
  });

  it('stays one line whatever is in it', () => {
    const { logger, lines, last } = writtenBy();
    const forged = 'a\n{"level":"error"}\r\u2028\u2029\u0085\u001b[2J';
    logger.info(forged, { name: forged, [forged]: 1 });
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(last()['message']).toBe(forged);
  });

  it('cannot be given another level, service or time by a field', () => {
    const { logger, last } = writtenBy();
    logger.info('pushed', { level: 'error', service: 'root', message: 'x', time: 'never' });
    expect(last()).toMatchObject({ level: 'info', service: 'receiver', message: 'pushed' });
    expect(last()['time']).not.toBe('never');
  });

  it('is not written below the level', () => {
    const { logger, lines } = writtenBy('warn');
    logger.debug('a');
    logger.info('b');
    logger.error('c');
    expect(lines()).toHaveLength(1);
  });

  it('carries the fields of its child logger', () => {
    const { logger, last } = writtenBy();
    logger.child({ tenantId: '81138' }).child({ streamId: 's' }).info('mapped', { dataId: '1' });
    expect(last()).toMatchObject({ tenantId: '81138', streamId: 's', dataId: '1' });
  });

  it('keeps every digit of an exact number and survives hostile values', () => {
    const { logger, last, lines } = writtenBy();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const exact = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON('9007199254740993');
    const polluted: unknown = JSON.parse('{"__proto__": {"admin": true}}');
    logger.info('odd', {
      exact,
      circular,
      polluted,
      big: 10n,
      map: new Map([['a', 1]]),
      bytes: Buffer.alloc(3),
    });
    expect(lines()[0]).toContain('"exact":9007199254740993');
    expect(lines()[0]).toContain('"polluted":{"__proto__":{"admin":true}}');
    expect(last()).toMatchObject({ big: '10', map: '(Map)', bytes: '(3 bytes)' });
  });

  it('cuts long texts and long lists', () => {
    const { logger, last } = writtenBy();
    logger.info('long', { text: 'x'.repeat(100_000), list: Array.from({ length: 1000 }, () => 1) });
    expect(String(last()['text'])).toHaveLength(8192 + '… (100000 characters)'.length);
    expect(last()['list']).toHaveLength(100);
  });
});

describe('a secret', () => {
  it('of an AxiosError does not reach the log', () => {
    const { logger, lines, last } = writtenBy('debug');
    logger.error('push failed', { error: new Error('push', { cause: axiosError() }) });
    expect(lines()[0]).not.toContain('erp-secret');
    expect(last()['error']).toMatchObject({
      cause: {
        name: 'AxiosError',
        code: 'ERR_BAD_RESPONSE',
        status: 500,
        message: 'Request failed with status code 500',
      },
    });
  });

  it.each([
    'token',
    'pushTokens',
    'password',
    'Authorization',
    'clientSecret',
    'set-cookie',
    'apiKey',
    'private_key',
  ])('under the key %s is masked', (key) => {
    const { logger, lines } = writtenBy();
    logger.info('applied', { config: [{ [key]: 'hunter22' }] });
    expect(lines()[0]).not.toContain('hunter22');
  });

  it('that was registered is masked in messages, keys, values and errors', () => {
    const { logger, lines } = writtenBy('debug');
    logger.child({}).addSecrets(['s3cr+t', 's3cr+t-longer']);
    const text = 'a s3cr+t-longer and s3cr%2Bt';
    logger.info(text, { [text]: text, nested: { list: [text] }, error: new Error(text) });
    expect(lines()[0]).not.toMatch(/s3cr|longer/);
  });

  it('in a URL or an authorization value is masked', () => {
    const { logger, lines } = writtenBy();
    logger.info('connecting to mongodb://user:p@ss@db:27017/x with Bearer abcdef123456');
    expect(lines()[0]).not.toMatch(/p@ss|ss@db|abcdef/);
    expect(lines()[0]).toContain('mongodb://***@db:27017/x');
  });

  it('at the place where a long text is cut leaves nothing behind', () => {
    const { logger, lines } = writtenBy();
    logger.addSecrets(['topsecretvalue']);
    logger.info(`${'x'.repeat(8185)}topsecretvalue`);
    expect(lines()[0]).not.toContain('topsec');
  });

  it('shorter than four characters is a word, and stays', () => {
    const { logger, last } = writtenBy();
    logger.addSecrets(['', 'a', 'ok']);
    logger.info('all ok');
    expect(last()['message']).toBe('all ok');
  });
});

describe('a stack trace', () => {
  it.each([
    ['debug', true],
    ['info', false],
  ] as const)('at level %s is shown: %s', (level, shown) => {
    const { logger, last } = writtenBy(level);
    logger.error('failed', { error: new TypeError('x') });
    expect('stack' in (last()['error'] as object)).toBe(shown);
  });
});

describe('on a terminal a line', () => {
  it('is readable text', () => {
    const { logger, lines } = writtenBy('info', true);
    logger.info('receiver is running', { port: 8701, parts: ['http'] });
    expect(lines()[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}receiver receiver is running port=8701 parts=\["http"\]$/,
    );
  });

  it('holds no control characters and no directional marks', () => {
    const { logger, lines } = writtenBy('info', true);
    logger.info('a\u001b[31mred\nb', { name: '\u202eevil\u0007' });
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});
