import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { apiPath, ApiProblem, read, setCsrfTokenOf } from '../api/client.ts';
import type { Session } from '../api/account-shapes.ts';
import { Loading, Problem } from '../parts/answers.tsx';
import { SessionContext, sessionKey, type Known } from './session.ts';
import { SignIn } from './sign-in.tsx';

/** Shows what is inside to those who are signed in. The address stays, so that signing in leads back to where one was. */
export function SessionGate({ children }: { children: ReactNode }) {
  const known = useQuery({ queryKey: sessionKey, queryFn: readSession, staleTime: Infinity });
  if (known.data === undefined)
    return known.isError ? <Problem error={known.error} retry={known.refetch} /> : <Loading />;
  const { session, hasEnded } = known.data;
  if (session === null) return <SignIn hasEnded={hasEnded} />;
  return <SessionContext value={session}>{children}</SessionContext>;
}

async function readSession(): Promise<Known> {
  try {
    const session = await read<Session>(apiPath(['session']));
    setCsrfTokenOf(session);
    return { session, hasEnded: false };
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return { session: null, hasEnded: false };
    throw error;
  }
}
