import { endProcess, stopLeftovers } from '../supervisor/leftovers.ts';
import { RunFiles } from '../supervisor/run-files.ts';
import { Seat } from '../supervisor/seat.ts';
import type { Context } from './command.ts';

/** Stops what runs: through its supervisor, or directly where that was killed. */
export async function down({ installation, output }: Context): Promise<void> {
  const { home, drainMs } = installation;
  const holder = new Seat(home).holder();
  // Services, broker and store each have their limit; the supervisor ends within the sum.
  if (holder) await endProcess(holder, 3 * drainMs + 60_000);
  const orphans = await stopLeftovers(new RunFiles(home), drainMs + 5000);
  if (!holder && orphans.length === 0) output.say('Nothing runs.');
  else output.say(orphans.length > 0 ? `Stopped: ${orphans.join(', ')}.` : 'Syncline has stopped.');
}
