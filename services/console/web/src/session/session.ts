import type { QueryClient } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { setCsrfTokenOf } from '../api/client.ts';
import type { Role, Session } from '../api/account-shapes.ts';

const roles: readonly Role[] = ['viewer', 'operator', 'admin'];

/** Under this key: the session, or that there is none, and whether there was one before. */
export const sessionKey = ['session'];
export interface Known {
  session: Session | null;
  hasEnded: boolean;
}

/** Who is signed in. */
export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const found = use(SessionContext);
  if (found === null) throw new Error('useSession where nobody is signed in');
  return found;
}

/** What the signed-in user may do. The API asks for the same; here it decides what is shown. */
export function useMay(): (role: Role, of?: { ofAllTenants: boolean }) => boolean {
  const { role: own, tenants } = useSession();
  return (role, { ofAllTenants } = { ofAllTenants: false }) =>
    roles.indexOf(own) >= roles.indexOf(role) && (!ofAllTenants || tenants === null);
}

export function beginSession(client: QueryClient, session: Session): void {
  setCsrfTokenOf(session);
  client.setQueryData<Known>(sessionKey, { session, hasEnded: false });
}

/** Nothing of what one user read is left for the next. */
export function endSession(client: QueryClient, wasEnded: boolean): void {
  const known = client.getQueryData<Known>(sessionKey);
  if (known === undefined || known.session === null) return;
  setCsrfTokenOf(null);
  client.setQueryData<Known>(sessionKey, { session: null, hasEnded: wasEnded });
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
}
