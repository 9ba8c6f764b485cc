import { CannotStart } from '@syncline/chassis';
import { Command } from 'commander';
import { apply } from './commands/apply.ts';
import type { Context } from './commands/command.ts';
import { detach } from './commands/detach.ts';
import { down } from './commands/down.ts';
import { plan } from './commands/plan.ts';
import { status } from './commands/status.ts';
import { test } from './commands/test.ts';
import { topics } from './commands/topics.ts';
import { up, type UpOptions } from './commands/up.ts';
import { validate } from './commands/validate.ts';
import { readInstallation } from './installation.ts';
import { terminalOutput } from './output.ts';
import { Refused } from './refused.ts';

const output = terminalOutput();

function context(): Context {
  return { env: process.env, installation: readInstallation(process.env), output };
}

const program = new Command('syncline')
  .description('Keeps an ERP and a CRM in step.')
  .showHelpAfterError()
  .exitOverride();

program
  .command('up')
  .description('start everything and stay in the foreground; Ctrl-C drains and stops it')
  .option('--config <dir>', 'config folder to apply (default: the sandbox)')
  .option('--no-sandbox', 'without the sandbox ERP and CRM')
  .option('--scale <services>', 'more than one process of a service: pusher=2,mapping=2')
  .option('--detach', 'return once it is ready; stop it with ./syncline down')
  .action(async ({ detach: inBackground, ...options }: UpOptions & { detach?: boolean }) => {
    await (inBackground ? detach(options, context()) : up(options, context()));
  });
program
  .command('down')
  .description('stop what runs')
  .action(() => down(context()));
program
  .command('status')
  .description('what runs, lag and failures')
  .action(() => status(context()));
program
  .command('validate <dir>')
  .description('check a config folder')
  .action((dir: string) => validate(dir, context()));
program
  .command('plan <dir>')
  .description('show what applying a config folder would change')
  .option('--prune', 'delete what the folder does not have', false)
  .action((dir: string, options: { prune: boolean }) => plan(dir, options, context()));
program
  .command('apply <dir>')
  .description('put a config folder in force')
  .option('--force', 'over what the console has edited since', false)
  .option('--prune', 'delete what the folder does not have', false)
  .action((dir: string, options: { force: boolean; prune: boolean }) => apply(dir, options, context()));
program
  .command('topics')
  .description('create the topics on a broker of your own')
  .action(() => topics(context()));
program
  .command('test [pattern]')
  .description('everything CI runs; with a pattern, the tests whose file or name matches')
  .action((pattern: string | undefined) => test(pattern, context()));

/** Ends the process with what a command came to. */
function exitCodeOf(error: unknown): number {
  if (error instanceof Refused) {
    output.warn(error.message);
    return error.exitCode;
  }
  if (error instanceof CannotStart) {
    output.warn(error.message);
    return 2;
  }
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number')
    return error.exitCode && 2;
  output.warn(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
// Connections of drivers and idle HTTP sockets would keep a finished command alive.
process.exit();
