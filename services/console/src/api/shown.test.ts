import { shownValue } from './dead-letters.route.ts';

describe('shownValue', () => {
  it('shows text as text', () => {
    expect(shownValue(Buffer.from('größe {'))).toEqual({ encoding: 'utf8', content: 'größe {', bytes: 9 });
  });

  it('shows bytes that are no text as base64', () => {
    expect(shownValue(Buffer.from([0xff, 0x00]))).toEqual({ encoding: 'base64', content: '/wA=', bytes: 2 });
  });

  it('shows the beginning of a long value, even where a character is cut in two', () => {
    const shown = shownValue(Buffer.from(`x${'€'.repeat(5_000)}`));
    expect(shown).toMatchObject({ encoding: 'utf8', bytes: 15_001 });
    expect(shown.content).toMatch(/^x€+$/);
    expect(shown.content.length).toBeLessThan(1_400);
  });
});
