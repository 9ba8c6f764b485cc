import { printable, tableOf } from './output.ts';

describe('printable', () => {
  it('removes what a terminal would act on', () => {
    expect(printable('a\u001b[2Jb\rc\td\ne')).toBe('a[2Jbc\td\ne');
  });
});

describe('tableOf', () => {
  it('makes columns as wide as their widest cell', () => {
    expect(
      tableOf(
        ['process', 'pid'],
        [
          ['pusher-2', '12'],
          ['store', '3'],
        ],
      ),
    ).toBe('process   pid\npusher-2  12\nstore     3');
  });
});
