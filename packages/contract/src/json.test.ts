import fc from 'fast-check';
import { isExactNumber, parseJson, stringifyJson } from './json.ts';

const digits = fc.stringMatching(/^(0|[1-9]\d{0,20})$/);
const numberText = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits,
    fc.option(fc.stringMatching(/^\d{1,20}$/)),
    fc.option(fc.stringMatching(/^[eE][+-]?\d{1,3}$/)),
  )
  .map(
    ([sign, whole, fraction, exponent]) =>
      `${sign}${whole}${fraction ? `.${fraction}` : ''}${exponent ?? ''}`,
  );
const text = fc
  .oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{32}$/), numberText)
  .map((it) => JSON.stringify(it));
const document = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    numberText,
    text,
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { maxLength: 4 })
      .chain((keys) => fc.tuple(...keys.map((key) => tie('value').map((it) => `"${key}":${it}`))))
      .map((members) => `{${members.join(',')}}`),
  ),
})).value;

describe('parseJson', () => {
  it('prints every document as it was read', () => {
    fc.assert(
      fc.property(document, (it) => stringifyJson(parseJson(it)) === it),
      { numRuns: 2_000 },
    );
  });

  it.each(['1234567890.12345678901', '0.0000001', '1.10', '-0', '-0.0', '1e5', '12345678901234567'])(
    'keeps %s as it was written, wherever it stands',
    (number) => {
      for (const around of [number, ` ${number}`, `[1,${number}]`, `{"a":${number}}`, `{"a": ${number} }`])
        expect(stringifyJson(parseJson(around))).toBe(around.replaceAll(' ', ''));
    },
  );

  it('reads what a double holds as a plain number', () => {
    expect(parseJson('[1, -2.5, 123456789012345]')).toEqual([1, -2.5, 123456789012345]);
    expect(isExactNumber(parseJson('1.10'))).toBe(true);
  });
});
