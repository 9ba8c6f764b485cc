import { createBodyRoom } from './body-room.ts';

describe('createBodyRoom', () => {
  it('gives what one request holds back when it closes', () => {
    const room = createBodyRoom(100);
    const first = room.open();
    expect(first.grow(80)).toBe(true);
    const second = room.open();
    expect(second.grow(30)).toBe(false);
    first.close();
    first.close();
    expect(second.grow(30)).toBe(true);
  });

  it('takes a lone body of any size', () => {
    const hold = createBodyRoom(100).open();
    expect(hold.grow(90)).toBe(true);
    expect(hold.grow(90)).toBe(true);
  });
});
