import { isIP } from 'node:net';
import { z } from 'zod';

/** `10.1.0.0/16`, `fd00::/8`, or one address. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** Networks with commas between them; `none` for none of them. */
export function networks(byDefault: readonly string[]): z.ZodType<string[]> {
  return z
    .string()
    .default(byDefault.join(','))
    .transform((text) => (text.trim() === 'none' ? [] : text.split(',').map((one) => one.trim())))
    .refine(
      (all) => all.every(isNetwork),
      'expected networks such as 10.1.0.0/16 with commas between them, or none',
    );
}
