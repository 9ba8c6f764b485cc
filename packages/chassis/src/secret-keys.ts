import { z } from 'zod';

const keyBytes = 32;

/** 32 bytes as base64, base64url or hex; null when it is none of them. */
export function parseSecretKey(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[\w+/-]{43}=?$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length === keyBytes ? key : null;
}

const expected =
  'expected 32 bytes as base64 or hex (openssl rand -base64 32), or several with commas between them';

/**
 * The setting `SYNCLINE_SECRET_KEY`: the first key encrypts secrets that are kept, each of them may decrypt one. Absent:
 * none can be written, nor read once it was.
 */
export const secretKeys = z
  .string()
  .default('')
  .transform((text, context): Buffer[] => {
    const texts = text.split(',').map((one) => one.trim());
    const keys = texts.filter((one) => one !== '').map(parseSecretKey);
    const good = keys.filter((key) => key !== null);
    if (good.length < keys.length) context.addIssue({ code: 'custom', message: expected });
    return good;
  });
