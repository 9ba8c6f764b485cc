/** Who may do what, as the admin API says it. */

export type Role = 'viewer' | 'operator' | 'admin';

export interface Session {
  user: string;
  role: Role;
  /** null: all */
  tenants: string[] | null;
  csrfToken: string | null;
}

export interface User {
  name: string;
  role: Role;
  tenants: string[] | null;
  disabled: boolean;
  createdAt: number;
  lastSignInAt: number | null;
}

export interface ApiKey {
  id: string;
  name: string;
  role: Role;
  tenants: string[] | null;
  createdBy: string;
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
}

export interface AuditLine {
  id: string;
  at: number;
  who: string | null;
  role: Role | null;
  address: string;
  action: string;
  tenantId: string | null;
  target: string;
  details: string;
  result: 'begun' | 'done' | 'refused' | 'failed';
  code: string | null;
}
