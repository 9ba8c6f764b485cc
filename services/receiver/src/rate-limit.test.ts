import { createRateLimit } from './rate-limit.ts';

describe('createRateLimit', () => {
  it('refuses what is over the rate of a tenant, says when to come back, and leaves others alone', async () => {
    const takeShare = createRateLimit(2);
    await takeShare('A');
    await takeShare('A');
    const refusal = expect.objectContaining({
      errorName: 'rateLimited',
      retryAfterSeconds: expect.any(Number),
    });
    await expect(takeShare('A')).rejects.toEqual(refusal);
    await expect(takeShare('B')).resolves.toBeUndefined();
  });

  it('takes everything when there is no limit', async () => {
    const takeShare = createRateLimit(0);
    const many = Array.from({ length: 1_000 }, () => takeShare('A'));
    await expect(Promise.all(many)).resolves.toHaveLength(1_000);
  });
});
