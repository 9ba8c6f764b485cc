import { randomBytes } from 'node:crypto';
import { secretKeys } from './secret-keys.ts';

describe('SYNCLINE_SECRET_KEY', () => {
  const [first, second] = [randomBytes(32), randomBytes(32)];

  it.each(['base64', 'base64url', 'hex'] as const)('is read as %s', (form) => {
    expect(secretKeys.parse(first.toString(form))).toEqual([first]);
  });

  it('may hold several, in their order', () => {
    expect(secretKeys.parse(`${first.toString('hex')}, ${second.toString('base64')}`)).toEqual([
      first,
      second,
    ]);
    expect(secretKeys.parse(undefined)).toEqual([]);
  });

  it.each([
    'too short',
    first.toString('base64').slice(1),
    `${first.toString('hex')},secret`,
    `${'é'.repeat(43)}=`,
  ])('is refused when one is not 32 bytes, without showing it: %s', (text) => {
    const read = secretKeys.safeParse(text);
    expect(read.error?.issues).toEqual([
      expect.objectContaining({ message: expect.stringContaining('openssl') }),
    ]);
    expect(read.error?.message).not.toContain(text);
  });
});
