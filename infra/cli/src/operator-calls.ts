import { userInfo } from 'node:os';
import type { Installation } from './installation.ts';
import { mappingCalls } from './mapping-calls.ts';

/** Reads from, or posts to, an operator's route of mapping, as the person at this terminal. */
export type CallOperator = <T>(path: string, body?: object) => Promise<T>;

export async function operatorCalls(installation: Installation): Promise<CallOperator> {
  const call = await mappingCalls(installation);
  return async <T>(path: string, body?: object): Promise<T> => {
    const asked =
      body === undefined
        ? {}
        : { method: 'POST' as const, body: JSON.stringify({ by: personHere(), ...body }) };
    return (await (await call(path, asked)).json()) as T;
  };
}

/** Who sits here, for the history of what was done. */
function personHere(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
