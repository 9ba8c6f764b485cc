import { layOut } from './layout.ts';

const rule = (to: string, over: object = {}) => ({
  to,
  required: false,
  options: null,
  lookup: null,
  reference: null,
  ...over,
});

describe('layOut', () => {
  it('draws a line from each source field to what is made of it', () => {
    const { left, lines, rows } = layOut([
      rule('FName', { from: 'name' }),
      rule('FFull', { from: 'name' }),
      rule('FCurrency', { value: 'CNY' }),
      rule('FLevel', { from: 'level', options: { 1: 'A' } }),
    ]);
    expect(left.map(({ name, isField }) => [name, isField])).toEqual([
      ['name', true],
      ['=FCurrency', false],
      ['level', true],
    ]);
    expect(lines).toEqual([
      { from: 0, to: 0, isChanged: false },
      { from: 0, to: 1, isChanged: false },
      { from: 1, to: 2, isChanged: true },
      { from: 2, to: 3, isChanged: true },
    ]);
    expect(rows).toBe(4);
  });
});
