import type { Context } from '../commands/command.ts';
import type { Figure } from './figures.ts';
import type { Place } from './place.ts';

export interface BenchOptions {
  /** length of each run of a load */
  seconds: number;
  /** runs of each measurement, after one to warm up */
  runs: number;
  /** events in a backlog */
  events: number;
}

/** What a scenario is given. */
export interface Bench extends Context {
  options: BenchOptions;
  place: Place;
  /** figures of the scenarios before, for limits: `raw-http/node-64` */
  found: ReadonlyMap<string, Figure>;
}

export interface Scenario {
  /** for `--only` */
  name: string;
  /** what is measured and how, in a sentence or two */
  about: string;
  measure(bench: Bench): Promise<Figure[]>;
}
