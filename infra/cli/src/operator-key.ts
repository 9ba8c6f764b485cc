import { withStore } from './clients.ts';
import type { Installation } from './installation.ts';

const usualLimitMs = 15_000;

/**
 * The key with which Syncline's own programs show a service that they may. Whoever reads the store may do everything
 * anyway, so a command on this machine needs no password.
 * @throws Refused when the store does not answer
 */
export function readOperatorKey(installation: Installation, limitMs = usualLimitMs): Promise<string> {
  return withStore(installation, limitMs, (store) => store.operatorKey.read());
}
