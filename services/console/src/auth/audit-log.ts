import type { Clock, Logger } from '@syncline/chassis';
import { errorCodes, RefusedRequest } from '@syncline/contract';
import type { AuditLine, Store } from '@syncline/store';

/** So many lines a minute may those add whom nobody knows; the log says how many more there were. */
const mostOfNobody = 60;
const minuteMs = 60_000;
const mostText = 500;

export type AuditEntry = Omit<AuditLine, 'id' | 'at' | 'result' | 'code'>;
type Ending = Pick<AuditLine, 'result' | 'code' | 'tenantId'>;

export interface AuditLog {
  /** Carries out what the line says: written down before it begins, and how it ended afterwards. */
  carryOut<T>(entry: AuditEntry, work: () => Promise<T>): Promise<T>;
  /** Writes down what was refused before it began, or is done already. */
  note(entry: AuditEntry, error: unknown): Promise<void>;
}

/** Who did what, in one place, for what is done and for what is refused. */
export function createAuditLog(deps: {
  store: Pick<Store, 'audit'>;
  clock: Clock;
  logger: Logger;
}): AuditLog {
  const { store, clock, logger } = deps;
  let minute = { from: -Infinity, lines: 0 };

  // By the role and not by the name: whether a name is one must not show in how long a refusal takes.
  function isTooMany({ role }: AuditEntry): boolean {
    if (role !== null) return false;
    const now = clock.now();
    if (now - minute.from >= minuteMs) {
      if (minute.lines > mostOfNobody)
        logger.warn('more requests of nobody were refused than the audit log takes', {
          left: minute.lines - mostOfNobody,
        });
      minute = { from: now, lines: 0 };
    }
    minute.lines += 1;
    return minute.lines > mostOfNobody;
  }

  const lineOf = (entry: AuditEntry): Omit<AuditLine, 'id' | 'result' | 'code'> => ({
    ...entry,
    at: clock.now(),
    target: entry.target.slice(0, mostText),
    details: entry.details.slice(0, mostText),
  });

  return {
    async carryOut(entry, work) {
      const id = await store.audit.add({ ...lineOf(entry), result: 'begun', code: null });
      const end = (ending: Ending): Promise<void> =>
        store.audit.end(id, ending).catch((error: unknown) => {
          logger.error('the audit log could not be told how an action ended', { id, ending, error });
        });
      try {
        const answer = await work();
        await end({ result: 'done', code: null, tenantId: entry.tenantId ?? tenantIn(answer) });
        return answer;
      } catch (error) {
        await end({ ...endingOf(error), tenantId: entry.tenantId });
        throw error;
      }
    },
    async note(entry, error) {
      if (isTooMany(entry)) return;
      const ending = error === null ? { result: 'done' as const, code: null } : endingOf(error);
      await store.audit.add({ ...lineOf(entry), ...ending });
    },
  };
}

function endingOf(error: unknown): Pick<AuditLine, 'result' | 'code'> {
  const name = error instanceof RefusedRequest ? error.errorName : 'internal';
  const { code, http } = errorCodes[name];
  return { result: http >= 500 ? 'failed' : 'refused', code };
}

/** Some actions say in their answer only whose they were. */
function tenantIn(answer: unknown): string | null {
  const { tenantId } = (answer ?? {}) as { tenantId?: unknown };
  return typeof tenantId === 'string' ? tenantId : null;
}
