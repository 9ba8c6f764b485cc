import { createPasswords } from './passwords.ts';

const passwords = createPasswords();

describe('createPasswords', () => {
  it('knows a password again, and no other', async () => {
    const known = await passwords.hash('Fünf Wörter sind gut');
    expect(await passwords.isRight('Fünf Wörter sind gut', known)).toBe(true);
    expect(await passwords.isRight('Fünf Wörter sind gut'.normalize('NFD'), known)).toBe(true);
    expect(await passwords.isRight('fünf Wörter sind gut', known)).toBe(false);
  });

  it('keeps another hash of the same password each time, with its parameters', async () => {
    const [one, other] = [await passwords.hash('the same one'), await passwords.hash('the same one')];
    expect(one.hash).not.toBe(other.hash);
    expect(one).toMatchObject({ cost: 32_768, blockSize: 8, parallelization: 1 });
    const older = { ...one, cost: 1_024 };
    expect(await passwords.isRight('the same one', older)).toBe(false);
  });

  it('takes a turn for a user that there is not, and says no', async () => {
    expect(await passwords.isRight('anything', null)).toBe(false);
  });

  it('refuses more than it can check soon, and goes on afterwards', async () => {
    const settled = await Promise.allSettled(
      Array.from({ length: 36 }, () => passwords.isRight('anything', null)),
    );
    const refused = settled.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(2);
    expect(refused[0]).toMatchObject({ reason: { errorName: 'tooManySignIns' } });
    expect(await passwords.isRight('anything', null)).toBe(false);
  }, 30_000);
});
