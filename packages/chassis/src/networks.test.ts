import { networks } from './networks.ts';

describe('networks', () => {
  const setting = networks(['10.0.0.0/8']);

  it('are read from a list', () => {
    expect(setting.parse('10.1.0.0/16, 127.0.0.1,fd00::/8,::1')).toEqual([
      '10.1.0.0/16',
      '127.0.0.1',
      'fd00::/8',
      '::1',
    ]);
    expect(setting.parse(undefined)).toEqual(['10.0.0.0/8']);
    expect(setting.parse('none')).toEqual([]);
  });

  it.each([
    '10.1.0.0/33',
    '10.1/16',
    'fd00::/129',
    'localhost',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    'none,none',
    ',',
  ])('are not %s', (text) => {
    expect(setting.safeParse(text).success).toBe(false);
  });
});
