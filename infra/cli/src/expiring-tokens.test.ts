import { describeEndings } from './expiring-tokens.ts';

const now = Date.UTC(2026, 0, 31);
const hours = (count: number) => now + count * 3_600_000;
const ending = (name: string, expiresAt: number) => ({ tenantId: 't', name, expiresAt });

describe('what status says of push tokens', () => {
  it('names those that expire within two weeks, the first first, and those that just did', () => {
    const endings = [
      ending('later', hours(13 * 24)),
      ending('soon', hours(5.5)),
      ending('gone', hours(-1)),
      ending('long gone', hours(-8 * 24)),
      ending('far', hours(15 * 24)),
    ];
    expect(describeEndings(endings, now)).toEqual([
      'push token gone of tenant t: has expired',
      'push token soon of tenant t: expires in 5 hours',
      'push token later of tenant t: expires in 13 days',
    ]);
  });

  it('says nothing of one that was rotated', () => {
    for (const end of [hours(90 * 24), Infinity])
      expect(describeEndings([ending('erp', hours(5)), ending('erp', end)], now)).toEqual([]);
  });
});
