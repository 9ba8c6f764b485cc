import { roles } from '@syncline/contract';
import { z } from 'zod';

const nameForm = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u;
const nameText =
  'expected 1 to 64 letters, digits, dots, dashes, underscores or @, beginning with a letter or digit';
const shortest = 10;
const longest = 256;

/** One spelling for a name, however it was typed. */
export function nameOf(typed: string): string {
  return typed.trim().normalize('NFKC').toLowerCase();
}

export const userName = z
  .string(nameText)
  .transform(nameOf)
  .refine((name) => nameForm.test(name), nameText);

const passwordText = `expected ${shortest} to ${longest} characters`;

/** A new one; of an old one nothing is expected. */
export const newPassword = z.string(passwordText).min(shortest, passwordText).max(longest, passwordText);

export const role = z.enum(roles, `expected one of ${roles.join(', ')}`);

const tenantsText = 'expected a list of ids of tenants, or null for all';
export const tenantIds = z
  .array(z.string(tenantsText).min(1, tenantsText).max(128, tenantsText), tenantsText)
  .min(1, tenantsText)
  .max(500, 'expected 500 tenants at most')
  .nullable();
