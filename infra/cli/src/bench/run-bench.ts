import { loadavg } from 'node:os';
import type { Context } from '../commands/command.ts';
import type { Figure } from './figures.ts';
import { lookAtMachine } from './machine.ts';
import type { Place } from './place.ts';
import { resultOf, sayMachine, sayResult, type Report, type Result } from './report.ts';
import type { Bench, BenchOptions, Scenario } from './scenario.ts';

interface Wanted {
  scenarios: readonly Scenario[];
  options: BenchOptions;
  place: Place;
}

/** Measures one scenario after the other. One that fails says so, and the others go on. */
export async function runBench({ scenarios, options, place }: Wanted, context: Context): Promise<Report> {
  const { embedded } = place.installation;
  const begun = {
    startedAt: new Date().toISOString(),
    machine: await lookAtMachine(),
    broker: embedded.kafka ? 'embedded broker' : 'broker of KAFKA_BROKERS',
    store: embedded.store ? 'embedded store' : 'store of MONGODB_URI',
    options,
  };
  sayMachine(begun, context.output);
  await place.open(context.output);
  const found = new Map<string, Figure>();
  const results: Result[] = [];
  for (const scenario of scenarios) {
    const result = await measureOne(scenario, { ...context, options, place, found });
    if (place.isClosing) break;
    for (const figure of result.figures) found.set(`${scenario.name}/${figure.id}`, figure);
    results.push(result);
    sayResult(result, context.output);
  }
  return { ...begun, results };
}

async function measureOne(scenario: Scenario, bench: Bench): Promise<Result> {
  const startedAt = performance.now();
  const loadBefore = loadavg()[0] ?? 0;
  const soFar = (figures: Figure[]): Omit<Result, 'name' | 'about'> => ({
    figures,
    tookMs: Math.round(performance.now() - startedAt),
    loadBefore,
  });
  try {
    return resultOf(scenario, soFar(await scenario.measure(bench)));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return resultOf(scenario, { ...soFar([]), problem });
  } finally {
    await bench.place.stopSystems();
  }
}
