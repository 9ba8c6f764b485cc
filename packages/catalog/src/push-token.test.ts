import { acceptedToken, configuredPushTokens, findPushToken, pushTokenHash } from './push-token.ts';

const accepted = [
  acceptedToken({ hash: pushTokenHash('forever'), expiresAt: null }),
  acceptedToken({ hash: pushTokenHash('until 1000'), expiresAt: 1000 }),
  acceptedToken({ hash: 'no digest', expiresAt: null }),
];

describe('findPushToken', () => {
  it('finds a token among several', () => {
    expect(findPushToken(accepted, 'forever', 5000)?.hash).toBe(pushTokenHash('forever'));
    expect(findPushToken(accepted, 'until 1000', 999)?.hash).toBe(pushTokenHash('until 1000'));
  });

  it.each([
    ['an unknown one', 'other', 0],
    ['an empty one', '', 0],
    ['one that has expired', 'until 1000', 1000],
  ])('does not find %s', (_, token, now) => {
    expect(findPushToken(accepted, token, now)).toBeNull();
  });

  it('finds none of a tenant that is not known or has none', () => {
    expect(findPushToken(undefined, 'forever', 0)).toBeNull();
    expect(findPushToken([], 'forever', 0)).toBeNull();
    expect(findPushToken([acceptedToken({ hash: pushTokenHash(''), expiresAt: null })], '', 0)).toBeNull();
  });
});

describe('configuredPushTokens', () => {
  it('are those with a name or an end, and those with neither', () => {
    const named = { hash: 'b', name: 'erp', expiresAt: 7 };
    expect(configuredPushTokens({ pushTokenHashes: ['a'], pushTokens: [named] })).toEqual([
      { hash: 'a', name: null, expiresAt: null },
      named,
    ]);
  });
});
