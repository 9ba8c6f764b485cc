import { RefusedRequest } from '@syncline/contract';
import { createBackOff, type BackOff, type Try } from './back-off.ts';

let now: number;
let backOff: BackOff;
beforeEach(() => {
  now = 1_000_000;
  backOff = createBackOff({ now: () => now });
});

const name: Try = { key: 'name ann', free: 2 };
const address: Try = { key: 'address 192.0.2.1', free: 3, isShared: true };

/** Seconds to wait; 0 when it may be tried. */
function tried(...tries: Try[]): number {
  try {
    backOff.begin(tries);
    return 0;
  } catch (error) {
    if (!(error instanceof RefusedRequest)) throw error;
    expect(error.errorName).toBe('tooManySignIns');
    return error.retryAfterSeconds ?? -1;
  }
}

function fail(times: number, ...tries: Try[]): void {
  for (let count = 0; count < times; count += 1) expect(tried(...tries)).toBe(0);
}

describe('createBackOff', () => {
  it('lets a person mistype, then doubles the wait up to a minute', () => {
    fail(3, name);
    const waits: number[] = [];
    for (let count = 0; count < 9; count += 1) {
      const wait = tried(name);
      waits.push(wait);
      now += wait * 1_000;
      expect(tried(name)).toBe(0);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('counts tries that are under way: many at once are no way around it', () => {
    fail(3, name);
    expect(tried(name)).toBe(1);
  });

  it('counts nothing while it refuses', () => {
    fail(3, name);
    for (let count = 0; count < 50; count += 1) expect(tried(name)).toBe(1);
  });

  it('forgets a name that succeeded, and of its address that try alone', () => {
    fail(2, name, address);
    expect(tried(name, address)).toBe(0);
    backOff.succeeded([name, address]);
    fail(3, name);
    expect(tried(address)).toBe(0);
    expect(tried(address)).toBe(0);
    expect(tried(address)).toBe(1);
  });

  it('forgets after a quarter of an hour', () => {
    fail(3, name);
    now += 15 * 60_000 + 1;
    fail(3, name);
  });

  it('remembers a bounded number, those that failed last', () => {
    fail(3, name);
    for (let count = 0; count < 9_999; count += 1) tried({ key: `name ${String(count)}`, free: 2 });
    expect(tried(name)).toBe(1);
    tried({ key: 'name one more', free: 2 });
    expect(tried(name)).toBe(0);
  });
});
