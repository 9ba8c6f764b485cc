import { pageFrom } from './page.ts';

const list = ['a', 'b', 'c', 'd', '__proto__'];
const page = (after: string | undefined, limit: number) => pageFrom(list, { after, limit }, (one) => one);

describe('pageFrom', () => {
  it('leafs through a list, each item once', () => {
    const first = page(undefined, 2);
    const second = page(first.next ?? undefined, 2);
    const third = page(second.next ?? undefined, 2);
    expect([first.items, second.items, third.items].flat()).toEqual(list);
    expect(third.next).toBeNull();
  });

  it('has no next page when all fits', () => {
    expect(page(undefined, 5).next).toBeNull();
  });

  it('refuses a mark that it never gave', () => {
    expect(() => page('x', 2)).toThrow('"after"');
  });
});
