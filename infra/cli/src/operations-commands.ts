import { InvalidArgumentError, type Command } from 'commander';
import type { Context } from './commands/command.ts';
import type { LettersOptions } from './commands/dead-letters.ts';
import type { RetryOptions } from './commands/retry.ts';
import type { StreamOptions } from './commands/stream.ts';

function aboveZero(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
  return value;
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}

/** `./syncline retry`, `stream` and `dead-letters`: what failed is put right. */
export function addOperations(program: Command, context: () => Context): void {
  addRetry(program, context);
  addStream(program, context);
  addDeadLetters(program, context);
}

function addRetry(program: Command, context: () => Context): void {
  const load = () => import('./commands/retry.ts');
  const retry = program
    .command('retry [sync]')
    .description(
      'try one sync again, or without one all failures that the filter means (a preview, unless --yes)',
    )
    .option('--fetch', 'ask the source for the record again instead of taking what is stored', false)
    .option('--as-new', 'one sync: make it anew, whatever the other side holds that equals it', false)
    .option('--show', 'one sync: print its stored record, to be corrected', false)
    .option('--edit <file>', 'one sync: with the record in this JSON file')
    .option('--set <field=value>', 'one sync: with this field changed; may be repeated', collect, [])
    .option('--exists <id>', 'state 10: it is there, under this id of the other side')
    .option('--send-again', 'state 10: it is not there; send it again', false)
    .option('--resolve <reason>', 'a failure that needs nothing more')
    .option('--tenant <id>', 'where there are several')
    .option('--stream <id>', 'failures of this stream')
    .option('--state <numbers>', 'lastSyncStatus, with commas between them (default: 5)')
    .option('--object <name>', 'of this object, at either end')
    .option('--ids <ids>', 'of these records, with commas between them')
    .option('--from <time>', 'changed last from then on')
    .option('--to <time>', 'and before then')
    .option('--error-class <name>', 'transient, rejected, broken, loop, …')
    .option('--error-code <code>', 'as the history shows it')
    .option('--text <words>', 'in an id, a name or the words of the error')
    .option('--rate <n>', 'records a second (default: 50)', aboveZero)
    .option('--yes', 'without this a filter only shows what would be done', false)
    .option('--detach', 'return at once instead of showing how far it is', false)
    .option('--json', 'as JSON', false)
    .action(async (sync: string | undefined, options: RetryOptions) =>
      (await load()).retry(sync, options, context()),
    );
  retry
    .command('list')
    .description('the newest bulk retries')
    .action(async () => (await load()).listRetries(context(), retry.opts<RetryOptions>().json));
  retry
    .command('show <id>')
    .description('one bulk retry: how far it is, what was left and what failed again')
    .action(async (id: string) => (await load()).showRetry(id, context(), retry.opts<RetryOptions>().json));
  retry
    .command('stop <id>')
    .description('end a bulk retry; what is on its way is carried out')
    .action(async (id: string) => (await load()).stopRetry(id, context()));
}

const streamVerbs = {
  pause: 'hold the newest state of each record from now on; a restart or an apply changes nothing of that',
  resume: 'let it go on; what it held drains',
  drain: 'set the pace (--rate) at which what it held goes on, and follow that',
  discard: 'forget what it holds (a preview, unless --yes)',
} as const;

function addStream(program: Command, context: () => Context): void {
  const load = () => import('./commands/stream.ts');
  const stream = program.command('stream').description('pause a stream and let it go on, while it runs');
  stream
    .command('list')
    .description('each stream: on, paused or off, and how much it holds')
    .option('--json', 'as JSON', false)
    .action(async ({ json }: { json: boolean }) => (await load()).listStreams(context(), json));
  for (const verb of Object.keys(streamVerbs) as (keyof typeof streamVerbs)[]) {
    const command = stream.command(`${verb} <stream>`).description(streamVerbs[verb]);
    if (verb === 'pause' || verb === 'discard') command.option('--reason <words>', 'for the history', '');
    if (verb === 'resume') command.option('--rate <n>', 'records a second (default: as before)', aboveZero);
    if (verb === 'drain') command.requiredOption('--rate <n>', 'records a second', aboveZero);
    if (verb === 'discard') command.option('--yes', 'discard them', false);
    command
      .option('--json', 'as JSON', false)
      .action(async (name: string, options: StreamOptions) =>
        (await load()).operateStream(name, verb, options, context()),
      );
  }
}

function addDeadLetters(program: Command, context: () => Context): void {
  const load = () => import('./commands/dead-letters.ts');
  const letters = program.command('dead-letters').description('messages that no one could read');
  letters
    .command('list')
    .description('the newest ones, why, and whether they were sent back')
    .option('--topic <name>', 'that were on this topic')
    .option('--limit <n>', 'how many (default: 20)', aboveZero)
    .option('--json', 'as JSON', false)
    .action(async (options: LettersOptions) => (await load()).listLetters(options, context()));
  letters
    .command('send-back [ids...]')
    .description(
      'to their topics once more, as they came; by TOPIC/PARTITION/OFFSET or by filter (a preview, unless --yes)',
    )
    .option('--topic <name>', 'that were on this topic')
    .option('--text <words>', 'in the reason or the key')
    .option('--from <time>', 'found from then on')
    .option('--to <time>', 'and before then')
    .option('--again', 'those that were sent back before, too', false)
    .option('--yes', 'send them', false)
    .option('--json', 'as JSON', false)
    .action(async (ids: string[], options: Omit<LettersOptions, 'ids'>) =>
      (await load()).sendBackLetters({ ...options, ids }, context()),
    );
}
