import { hostNameOf, isAllowedHost } from './allowed-hosts.ts';

describe('hostNameOf', () => {
  it.each([
    ['127.0.0.1:8700', '127.0.0.1'],
    ['LocalHost', 'localhost'],
    ['localhost.:8700', 'localhost'],
    ['[::1]:8700', '[::1]'],
    ['console.example:80', 'console.example'],
  ])('reads %s', (header, name) => {
    expect(hostNameOf(header)).toBe(name);
  });

  it.each([undefined, '', 'a b', 'evil.example/127.0.0.1', 'user@localhost', 'localhost:8700:1', '::1'])(
    'finds no host in %j',
    (header) => {
      expect(hostNameOf(header)).toBeNull();
    },
  );
});

describe('isAllowedHost', () => {
  it('allows names of the loopback, and those that are listed', () => {
    for (const name of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]', 'console.example']) {
      expect(isAllowedHost(name, ['console.example'])).toBe(true);
    }
  });

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.1.2', 'xlocalhost'])(
    'refuses %s',
    (name) => {
      expect(isAllowedHost(name, ['console.example'])).toBe(false);
    },
  );

  it('refuses a request without a host', () => {
    expect(isAllowedHost(null, ['null'])).toBe(false);
  });
});
