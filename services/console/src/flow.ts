import type { Clock } from '@syncline/chassis';
import type { SyncOutcome } from '@syncline/contract';
import { z } from 'zod';
import { statusNames, type StatusName } from './status-words.ts';

const minuteMs = 60_000;
const keptMinutes = 60;

/** Finished syncs of the last hour, by how they ended and by minute. */
export const flowSchema = z.object({
  success: z.number(),
  failed: z.number(),
  unknown: z.number(),
  skipped: z.number(),
  superseded: z.number(),
  perMinute: z
    .array(z.object({ at: z.number(), success: z.number(), failed: z.number(), other: z.number() }))
    .describe(
      '60 minutes, the oldest first; unknown outcomes count as failed, skipped and superseded as other',
    ),
});
export type FlowNumbers = z.infer<typeof flowSchema>;

type Counts = Map<StatusName, number>;
type Outcome = Pick<SyncOutcome, 'tenantId' | 'streamId' | 'status' | 'at'>;

export interface Flow {
  /** ms; of what ended before, only messages that nobody had read for the console are counted */
  readonly since: number;
  note(outcome: Outcome): void;
  /** of a tenant, or of one of its streams */
  lastHour(tenantId: string, streamId?: string): FlowNumbers;
}

/**
 * Counts outcomes as they pass on `sync.outcomes`. Kept in memory alone, since the history holds each of them: after a
 * start it counts from there on.
 */
export function createFlow(clock: Clock): Flow {
  const tenants = new Map<string, Map<string, Map<number, Counts>>>();

  function forget(minutes: Map<number, Counts>): void {
    const oldest = minuteOf(clock.now()) - keptMinutes;
    for (const minute of minutes.keys()) if (minute <= oldest) minutes.delete(minute);
  }

  return {
    since: clock.now(),
    note({ tenantId, streamId, status, at }) {
      const name = statusNames.get(status);
      const minute = minuteOf(Math.min(at, clock.now()));
      if (name === undefined || minute <= minuteOf(clock.now()) - keptMinutes) return;
      const streams = entryOf(tenants, tenantId, () => new Map<string, Map<number, Counts>>());
      const minutes = entryOf(streams, streamId, () => new Map<number, Counts>());
      if (!minutes.has(minute)) forget(minutes);
      const counts = entryOf(minutes, minute, () => new Map<StatusName, number>());
      counts.set(name, (counts.get(name) ?? 0) + 1);
    },
    lastHour(tenantId, streamId) {
      const streams = tenants.get(tenantId) ?? new Map<string, Map<number, Counts>>();
      const chosen = streamId === undefined ? [...streams.values()] : [streams.get(streamId) ?? new Map()];
      return sumOf(chosen, minuteOf(clock.now()));
    },
  };
}

function minuteOf(at: number): number {
  return Math.floor(at / minuteMs);
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

function sumOf(streams: readonly Map<number, Counts>[], now: number): FlowNumbers {
  const perMinute = Array.from({ length: keptMinutes }, (_, index) => {
    const minute = now - keptMinutes + 1 + index;
    const all = streams.flatMap((minutes) => minutes.get(minute) ?? []);
    const count = (name: StatusName): number => all.reduce((sum, counts) => sum + (counts.get(name) ?? 0), 0);
    return { minute, count };
  });
  const total = (name: StatusName): number => perMinute.reduce((sum, { count }) => sum + count(name), 0);
  return {
    success: total('success'),
    failed: total('failed'),
    unknown: total('unknown'),
    skipped: total('skipped'),
    superseded: total('superseded'),
    perMinute: perMinute.map(({ minute, count }) => ({
      at: minute * minuteMs,
      success: count('success'),
      failed: count('failed') + count('unknown'),
      other: count('skipped') + count('superseded'),
    })),
  };
}
