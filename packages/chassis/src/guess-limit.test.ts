import { RefusedRequest } from '@syncline/contract';
import { createGuessLimit, type GuessLimit } from './guess-limit.ts';

let now = 0;
const clock = { now: () => now };
const from = (address: string, tenantId = 't') => ({ address, tenantId });

function limitOf(over: Partial<Parameters<typeof createGuessLimit>[0]> = {}): GuessLimit {
  return createGuessLimit({ burst: 3, perSecond: 2, clock, ...over });
}

function refusalOf(limit: GuessLimit, caller: ReturnType<typeof from>): RefusedRequest | null {
  try {
    limit.guard(caller, () => false);
    return null;
  } catch (error) {
    if (error instanceof RefusedRequest) return error;
    throw error;
  }
}

function fail(limit: GuessLimit, caller: ReturnType<typeof from>, times: number): void {
  for (let n = 0; n < times; n += 1) expect(limit.guard(caller, () => false)).toBe(false);
}

describe('the limit on wrong secrets', () => {
  beforeEach(() => {
    now = 1_000_000;
  });

  it('looks at no more of a caller who has shown too many, not even at the right one', () => {
    const limit = limitOf();
    fail(limit, from('1.2.3.4'), 3);
    let looked = 0;
    const isRight = () => {
      looked += 1;
      return true;
    };
    expect(() => limit.guard(from('1.2.3.4'), isRight)).toThrow(RefusedRequest);
    expect(looked).toBe(0);
    expect(refusalOf(limit, from('1.2.3.4'))).toMatchObject({
      errorName: 'rateLimited',
      retryAfterSeconds: 0.5,
    });
  });

  it('goes on after a while, at its pace', () => {
    const limit = limitOf();
    fail(limit, from('1.2.3.4'), 3);
    now += 499;
    expect(refusalOf(limit, from('1.2.3.4'))).not.toBeNull();
    now += 1;
    expect(limit.guard(from('1.2.3.4'), () => true)).toBe(true);
    fail(limit, from('1.2.3.4'), 1);
    expect(refusalOf(limit, from('1.2.3.4'))).not.toBeNull();
    now += 3_600_000;
    fail(limit, from('1.2.3.4'), 3);
    expect(refusalOf(limit, from('1.2.3.4'))).not.toBeNull();
  });

  it('counts no right ones', () => {
    const limit = limitOf();
    for (let n = 0; n < 100; n += 1) expect(limit.guard(from('1.2.3.4'), () => true)).toBe(true);
  });

  it('holds for one address and one tenant', () => {
    const limit = limitOf();
    fail(limit, from('1.2.3.4'), 3);
    expect(limit.guard(from('1.2.3.5'), () => true)).toBe(true);
    expect(limit.guard(from('1.2.3.4', 'other'), () => true)).toBe(true);
  });

  it('takes the addresses of one IPv6 network for one', () => {
    const limit = limitOf();
    for (const last of ['1', '2', '3:4']) fail(limit, from(`2001:db8:1:2::${last}`), 1);
    expect(refusalOf(limit, from('2001:db8:1:2:ffff:ffff:ffff:ffff'))).not.toBeNull();
    expect(refusalOf(limit, from('2001:db8:1:3::1'))).toBeNull();
    expect(refusalOf(limit, from('::ffff:1.2.3.4'))).toBeNull();
  });

  it('remembers a bounded number of callers', () => {
    const limit = limitOf({ maxCallers: 100 });
    fail(limit, from('first'), 3);
    for (let n = 0; n < 99; n += 1) fail(limit, from(`10.0.0.${String(n)}`), 1);
    expect(refusalOf(limit, from('first'))).not.toBeNull();
    fail(limit, from('one too many'), 1);
    expect(refusalOf(limit, from('first'))).toBeNull();
  });

  it('stands still while the clock is set back', () => {
    const limit = limitOf();
    fail(limit, from('1.2.3.4'), 2);
    now -= 3_600_000;
    fail(limit, from('1.2.3.4'), 1);
    expect(refusalOf(limit, from('1.2.3.4'))).not.toBeNull();
  });

  it('is none with 0', () => {
    fail(limitOf({ burst: 0 }), from('1.2.3.4'), 1000);
  });
});
