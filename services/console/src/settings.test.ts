import { loadSettings } from '@syncline/chassis';
import { consoleSettings } from './settings.ts';

describe('consoleSettings', () => {
  it('finds the other services on this machine by their ports', () => {
    const { port, services } = loadSettings(consoleSettings, {
      SYNCLINE_HOST: '0.0.0.0',
      RECEIVER_PORT: '9001',
      POLLER_URL: 'http://poller:8702',
    });
    expect(port).toBe(8700);
    expect(services).toEqual([
      { name: 'receiver', url: 'http://127.0.0.1:9001' },
      { name: 'poller', url: 'http://poller:8702' },
      { name: 'mapping', url: 'http://127.0.0.1:8704' },
      { name: 'pusher', url: 'http://127.0.0.1:8703' },
    ]);
  });

  it('knows where ERPs reach the receiver', () => {
    const read = (env: Record<string, string>): string => loadSettings(consoleSettings, env).receiverUrl;
    expect(read({ RECEIVER_PORT: '9001' })).toBe('http://127.0.0.1:9001');
    expect(read({ RECEIVER_URL: 'http://receiver:8701', RECEIVER_PUBLIC_URL: 'https://sync.example' })).toBe(
      'https://sync.example',
    );
  });

  it('reads further host names from a list', () => {
    const { allowedHosts } = loadSettings(consoleSettings, {
      CONSOLE_ALLOWED_HOSTS: 'console.example, [fd00::1] ,',
    });
    expect(allowedHosts).toEqual(['console.example', '[fd00::1]']);
  });

  it('lets sessions end after 12 hours, or 2 of rest, and believes no proxy, unless told otherwise', () => {
    const hourMs = 3_600_000;
    const { life, proxies, adminPassword } = loadSettings(consoleSettings, {});
    expect([life, proxies, adminPassword]).toEqual([
      { sessionMs: 12 * hourMs, idleMs: 2 * hourMs },
      0,
      undefined,
    ]);
    const told = loadSettings(consoleSettings, { CONSOLE_SESSION_HOURS: '1', CONSOLE_IDLE_MINUTES: '5' });
    expect(told.life).toEqual({ sessionMs: hourMs, idleMs: 300_000 });
  });

  it.each([
    'CONSOLE_PORT',
    'PUSHER_URL',
    'CONSOLE_DEAD_LETTER_DAYS',
    'CONSOLE_AUDIT_DAYS',
    'CONSOLE_SESSION_HOURS',
    'CONSOLE_IDLE_MINUTES',
    'CONSOLE_PROXIES',
    'CONSOLE_ADMIN_PASSWORD',
  ])('names a bad %s', (name) => {
    expect(() => loadSettings(consoleSettings, { [name]: 'x' })).toThrow(name);
  });
});
