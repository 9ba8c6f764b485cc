import { createLoop, type Clock, type Logger, type Part } from '@syncline/chassis';
import type { Store } from '@syncline/store';
import type { Sessions } from './auth/sessions.ts';

const everyMs = 10 * 60_000;
const atOnce = 500;
const dayMs = 24 * 3_600_000;

/** Removes what was kept long enough: dead letters (the topic has a retention of its own), lines of the audit log, sessions. */
export function createRetentionLoop(deps: {
  store: Pick<Store, 'deadLetters' | 'audit'>;
  sessions: Pick<Sessions, 'removeEnded'>;
  clock: Clock;
  logger: Logger;
  keepDeadLettersDays: number;
  keepAuditDays: number;
}): Part {
  const { store, sessions, clock, logger, keepDeadLettersDays, keepAuditDays } = deps;
  const before = (days: number): number => clock.now() - days * dayMs;
  return createLoop({
    name: 'retention',
    everyMs,
    logger,
    async tick() {
      await sessions.removeEnded();
      const letters = await store.deadLetters.removeOlderThan(before(keepDeadLettersDays), atOnce);
      const lines = await store.audit.removeOlderThan(before(keepAuditDays), atOnce);
      return letters === atOnce || lines === atOnce ? atOnce : 0;
    },
  });
}
