import { newPassword, tenantIds, userName } from './account-fields.ts';

describe('userName', () => {
  it.each([
    ['Ann', 'ann'],
    ['  ann@example.com ', 'ann@example.com'],
    ['王小明', '王小明'],
    ['Ａnn', 'ann'],
  ])('reads "%s" as %s', (typed, name) => {
    expect(userName.parse(typed)).toBe(name);
  });

  it.each(['', ' ', '../x', 'a b', '__proto__', '$ne', 'a'.repeat(65), 5, null])('refuses %j', (typed) => {
    expect(userName.safeParse(typed).success).toBe(false);
  });
});

describe('other fields of accounts', () => {
  it('want passwords of some length, and tenants or null', () => {
    expect(newPassword.safeParse('123456789').success).toBe(false);
    expect(newPassword.safeParse('1234567890').success).toBe(true);
    expect(newPassword.safeParse('x'.repeat(257)).success).toBe(false);
    expect(tenantIds.parse(null)).toBeNull();
    expect(tenantIds.safeParse([]).success).toBe(false);
  });
});
