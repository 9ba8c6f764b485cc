import { InvalidArgumentError, type Command } from 'commander';
import type { Context } from './commands/command.ts';
import type { NewTaskOptions } from './commands/history.ts';

const verbs = {
  pause: 'pause a task; what is on its way is carried out',
  resume: 'let a paused task go on where it was',
  stop: 'end a task; what is on its way is carried out',
} as const;

function aboveZero(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
  return value;
}

/** `./syncline history`: historical sync tasks, over the console's admin API. */
export function addHistory(program: Command, context: () => Context): void {
  const history = program
    .command('history <stream>')
    .description(
      "records of the past through a stream once more; STREAM is its id or name. See 'history list'",
    )
    .option('--from <time>', 'records that changed from then on: 2026-01-31, or 2026-01-31T10:00:00Z')
    .option('--to <time>', 'and before then (default: now)')
    .option('--ids <ids>', 'these records instead, with commas between them')
    .option('--where <expression>', 'JSONata over the source record: only those for which it is true')
    .option('--force', 'write unchanged records, too', false)
    .option('--at <time>', 'start not before then')
    .option('--rate <n>', 'records a second (default: 20)', aboveZero)
    .option('--detach', 'return at once instead of showing how far it is', false)
    .action(async (stream: string, options: NewTaskOptions) =>
      (await import('./commands/history.ts')).startTask(stream, options, context()),
    );
  history
    .command('list')
    .description('the newest tasks')
    .action(async () => (await import('./commands/history.ts')).listTasks(context()));
  history
    .command('show <id>')
    .description('one task, how far it is, and which records failed')
    .action(async (id: string) => (await import('./commands/history.ts')).showTask(id, context()));
  for (const [verb, description] of Object.entries(verbs)) {
    history
      .command(`${verb} <id>`)
      .description(description)
      .action(async (id: string) => (await import('./commands/history.ts')).moveTask(id, verb, context()));
  }
}
