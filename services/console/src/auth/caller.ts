import type { Role } from '@syncline/contract';
import type { Response } from 'express';

/** Whoever asks the console, once it is known who it is. */
export interface Caller {
  /** a user's name, an API key's, or `syncline` */
  name: string;
  kind: 'user' | 'api key' | 'program';
  role: Role;
  /** null: all, also those to come */
  tenants: readonly string[] | null;
  /** of a user who signed in */
  session?: { id: string; csrfToken: string; expiresAt: number };
}

/** Syncline's own programs: whoever reads the store may do everything anyway. */
export const ownProgram: Caller = { name: 'syncline', kind: 'program', role: 'admin', tenants: null };

/** Who asks, behind the point of the API where that is known. */
export function callerOf(res: Response): Caller {
  return res.locals['caller'] as Caller;
}

export function mayTenant({ tenants }: Pick<Caller, 'tenants'>, tenantId: string): boolean {
  return tenants === null || tenants.includes(tenantId);
}
