import type { Clock } from '@syncline/chassis';
import type { TopicLag } from './lag.ts';

export interface TopicRates {
  note(lags: readonly TopicLag[]): void;
  /** messages a second that came onto a topic lately; null while that is not known */
  perSecond(topic: string): number | null;
}

/** Rates come from readings that lie within this time of each other. */
const keptMs = 60_000;

interface Reading {
  at: number;
  ends: ReadonlyMap<string, number>;
}

/** How fast topics fill: from how their ends move between readings of the lag. */
export function createTopicRates(clock: Clock): TopicRates {
  let readings: Reading[] = [];
  return {
    note(lags) {
      const at = clock.now();
      const ends = new Map(lags.map(({ topic, partitions }) => [topic, sumOf(partitions)]));
      readings = [...readings.filter((one) => one.at > at - keptMs), { at, ends }];
    },
    perSecond(topic) {
      const known = readings.filter((one) => one.at > clock.now() - keptMs && one.ends.has(topic));
      const [first, last] = [known[0], known.at(-1)];
      if (first === undefined || last === undefined || last.at <= first.at) return null;
      const moved = (last.ends.get(topic) ?? 0) - (first.ends.get(topic) ?? 0);
      return Math.max(0, (moved * 1000) / (last.at - first.at));
    },
  };
}

function sumOf(partitions: TopicLag['partitions']): number {
  return partitions.reduce((sum, { end }) => sum + end, 0);
}
