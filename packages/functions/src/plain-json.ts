// A double may change these: 16 digits and more, or an exponent.
const mayLoseDigits = /\d{16}|\d[eE]|\.\d{12}/;

interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
}

/** Does a double hold this number as it is written? 15 significant digits always fit. */
function isSafe(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  if (/^-?\d+$/.test(source)) return Number.isSafeInteger(value) || BigInt(source) === BigInt(value);
  const digits = source
    .replace(/[eE].*$/, '')
    .replace(/^[-0.]+/, '')
    .replace('.', '');
  return digits === '' || (value !== 0 && digits.length <= 15);
}

/** Parses JSON for expressions and adapters: numbers that a double would change arrive as the text of their digits. */
export function parsePlain(text: string): unknown {
  if (!mayLoseDigits.test(text)) return JSON.parse(text);
  return (JSON as unknown as JsonWithSource).parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && !isSafe(value, source) ? source : value,
  );
}
