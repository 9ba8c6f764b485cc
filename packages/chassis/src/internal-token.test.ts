import { internalSecret, internalToken, isInternalToken } from './index.ts';

const secret = 's'.repeat(32);

describe('internalToken', () => {
  it('is good for its tenant alone, and under its secret alone', () => {
    const token = internalToken(secret, '81138');
    expect(isInternalToken(secret, '81138', token)).toBe(true);
    expect(isInternalToken(secret, '81139', token)).toBe(false);
    expect(isInternalToken('t'.repeat(32), '81138', token)).toBe(false);
    expect(isInternalToken(secret, '81138', `${token}0`)).toBe(false);
    expect(isInternalToken(secret, '81138', '')).toBe(false);
  });

  it('does not tell the secret, and none is made without one', () => {
    expect(internalToken(secret, '81138')).not.toContain('sss');
    expect(isInternalToken(undefined, '81138', internalToken('undefined', '81138'))).toBe(false);
  });
});

describe('internalSecret', () => {
  it('may be absent, and is long enough', () => {
    expect(internalSecret.parse(undefined)).toBeUndefined();
    expect(internalSecret.parse(secret)).toBe(secret);
    expect(internalSecret.safeParse('short').success).toBe(false);
  });
});
