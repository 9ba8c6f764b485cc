import fc from 'fast-check';
import { memberTexts } from './json-members.ts';

const entriesOf = (text: string): [string, unknown][] =>
  [...memberTexts(text)].map(([key, value]) => [key, JSON.parse(value) as unknown]);

describe('memberTexts', () => {
  it('gives the members as they were written, digits and spaces included', () => {
    const text = ' { "a" : 1.50 , "b":{ "c" : [1e400, "}"] }, "d":"x\\"y,\\\\", "e":null,"f":true } ';
    expect(Object.fromEntries(memberTexts(text))).toEqual({
      a: '1.50',
      b: '{ "c" : [1e400, "}"] }',
      d: '"x\\"y,\\\\"',
      e: 'null',
      f: 'true',
    });
  });

  it('has nothing for an empty object', () => {
    expect(memberTexts('{ }').size).toBe(0);
  });

  it('takes the last of a repeated key, and __proto__ for a key like any other', () => {
    expect(Object.fromEntries(memberTexts('{"a":1,"\\u0061":2}'))).toEqual({ a: '2' });
    expect([...memberTexts('{"__proto__":{"x":1}}')]).toEqual([['__proto__', '{"x":1}']]);
  });

  it('agrees with JSON.parse on every object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        fc.nat(2),
        (object, indent) => {
          const text = JSON.stringify(object, null, indent);
          const parsed = JSON.parse(text) as Record<string, unknown>;
          expect(new Map(entriesOf(text))).toEqual(new Map(Object.entries(parsed)));
        },
      ),
    );
  });
});
