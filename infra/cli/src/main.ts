import { CannotStart } from '@syncline/chassis';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ApiOptions } from './commands/api.ts';
import type { BenchCommand } from './commands/bench.ts';
import type { ChaosCommand } from './commands/chaos.ts';
import type { CheckErpOptions } from './commands/check-erp.ts';
import type { Context } from './commands/command.ts';
import type { ExportOptions } from './commands/export.ts';
import type { ImportOptions } from './commands/import.ts';
import type { LinkOptions } from './commands/link.ts';
import type { PreviewOptions } from './commands/preview.ts';
import type { RestoreOptions } from './commands/restore.ts';
import type { RunFunctionOptions } from './commands/run-function.ts';
import type { UpOptions } from './commands/up.ts';
import type { ApplyOptions } from './config-folder.ts';
import { addAccounts } from './account-commands.ts';
import { addHistory } from './history-command.ts';
import { readInstallation } from './installation.ts';
import { addOperations } from './operations-commands.ts';
import { terminalOutput } from './output.ts';
import { Refused } from './refused.ts';
import { addSecrets } from './secrets-command.ts';
import { addToken } from './token-command.ts';
import { tableNames, type TableName } from './table-names.ts';

const output = terminalOutput();

function context(): Context {
  return { env: process.env, installation: readInstallation(process.env), output };
}

const program = new Command('syncline')
  .description('Keeps an ERP and a CRM in step.')
  .showHelpAfterError()
  .exitOverride();

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('expected a whole number above 0');
  return value;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number above 0');
  return value;
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}

// Each command loads what it needs when it is run: most need no driver.
program
  .command('up')
  .description('start everything and stay in the foreground; Ctrl-C drains and stops it')
  .option('--config <dir>', 'config folder to apply (default: the sandbox)')
  .option('--no-sandbox', 'without the sandbox ERP and CRM')
  .option('--scale <services>', 'more than one process of a service: pusher=2,mapping=2')
  .option('--detach', 'return once it is ready; stop it with ./syncline down')
  .action(async ({ detach: inBackground, ...options }: UpOptions & { detach?: boolean }) => {
    if (inBackground) await (await import('./commands/detach.ts')).detach(options, context());
    else await (await import('./commands/up.ts')).up(options, context());
  });
program
  .command('down')
  .description('stop what runs')
  .action(async () => (await import('./commands/down.ts')).down(context()));
program
  .command('status')
  .description('what runs, lag and failures')
  .action(async () => (await import('./commands/status.ts')).status(context()));
program
  .command('validate <dir>')
  .description('check a config folder')
  .action(async (dir: string) => (await import('./commands/validate.ts')).validate(dir, context()));
program
  .command('plan <dir>')
  .description('show what applying a config folder would change')
  .option('--prune', 'delete what the folder does not have', false)
  .action(async (dir: string, options: { prune: boolean }) =>
    (await import('./commands/plan.ts')).plan(dir, options, context()),
  );
program
  .command('apply <dir>')
  .description('put a config folder in force')
  .option('--force', 'over what the console has edited since', false)
  .option('--prune', 'delete what the folder does not have', false)
  .action(async (dir: string, options: ApplyOptions) =>
    (await import('./commands/apply.ts')).apply(dir, options, context()),
  );
program
  .command('topics')
  .description('create the topics on a broker of your own')
  .action(async () => (await import('./commands/topics.ts')).topics(context()));
program
  .command('api <object>')
  .description('the API of an ERP object: curl commands for its five endpoints')
  .option('--tenant <id>', 'where several have such an object')
  .option('--data-center <id>', 'where several have such an object')
  .option('--config <dir>', 'from this config folder instead of what is in force')
  .addOption(new Option('--curl', 'curl commands (the default)').conflicts('json'))
  .option('--json', 'OpenAPI 3.1 instead', false)
  .action(async (object: string, options: ApiOptions) =>
    (await import('./commands/api.ts')).api(object, options, context()),
  );
program
  .command('check-erp <tenant> <data-center>')
  .description(
    'does the ERP answer as the specification says? Creates a record and changes it, unless --read-only',
  )
  .option('--object <name>', 'the ERP object to check with (default: the first of the data center)')
  .option(
    '--record <file>',
    'what to create, in the standard structure (default: values by the types of the fields)',
  )
  .option('--void', 'void what was created in the end', false)
  .option('--read-only', 'queries only, for an ERP in production', false)
  .option('--config <dir>', 'from this config folder instead of what is in force')
  .action(async (tenant: string, dataCenter: string, options: CheckErpOptions) =>
    (await import('./commands/check-erp.ts')).checkErp({ tenant, dataCenter }, options, context()),
  );
addHistory(program, context);
addOperations(program, context);
addSecrets(program, context);
addToken(program, context);
addAccounts(program, context);
program
  .command('export')
  .addArgument(new Argument('<table>', 'which table').choices(tableNames))
  .argument('<file>', 'ends with .csv or .xlsx')
  .description('write the data mapping table or the field mapping table to a file')
  .option('--stream <id>', 'mappings of this stream alone, by its id or name')
  .option('--tenant <id>', 'of this tenant alone')
  .action(async (table: TableName, file: string, options: ExportOptions) =>
    (await import('./commands/export.ts')).exportTable(table, file, options, context()),
  );
program
  .command('import')
  .addArgument(new Argument('<table>', 'which table').choices(tableNames))
  .argument('<file>', 'ends with .csv or .xlsx; its first line names the columns')
  .description('take the rows of a file into a table; what is refused stands in a report')
  .option('--dry-run', 'say what would become of each row, and change nothing', false)
  .option('--tenant <id>', 'of rows that name none')
  .option('--encoding <name>', 'of a text file: utf-8, utf-16le, utf-16be or gbk (default: found out)')
  .option('--report <file>', 'where the rows go that were not taken (default: beside the file)')
  .action(async (table: TableName, file: string, options: ImportOptions) =>
    (await import('./commands/import.ts')).importTable(table, file, options, context()),
  );
program
  .command('preview <stream> <file>')
  .description('what a record would become and why, without sending it: JSON (one or a list) or XML')
  .option('--operation <name>', 'create, update, invalid, recover or delete (default: create or update)')
  .option('--stream <file>', 'with the stream as this JSON file says it, instead of the one in force')
  .option('--json', 'the raw answer', false)
  .action(async (stream: string, file: string, options: PreviewOptions) =>
    (await import('./commands/preview.ts')).preview(stream, file, options, context()),
  );
program
  .command('run-function <file>')
  .description(
    'run a one-off script with the calls of the Open API (Fx.proxy.callAPI), and show what it logs',
  )
  .requiredOption('--tenant <id>', 'whose mappings it reaches')
  .option('--data-center <id>', 'for calls that name none')
  .action(async (file: string, options: RunFunctionOptions) =>
    (await import('./commands/run-function.ts')).runFunction(file, options, context()),
  );
program
  .command('link <stream>')
  .description(
    'pair what ERP and CRM hold already, before a stream goes on; without --apply nothing is linked',
  )
  .option('--from <date>', 'records that changed since (default: 10 years)')
  .option('--to <date>', 'records that changed before (default: now)')
  .option('--match <erpField=crmField>', 'instead of matchFields; may be repeated', collect, [])
  .option('--apply', 'link what matches one to one', false)
  .option('--decisions <file>', 'link what the report says in its column decision: link or skip')
  .option('--dry-run', 'with --apply or --decisions: say what would be linked', false)
  .option('--report <file>', 'where the report goes (default: link-report.xlsx)')
  .option('--discard', 'remove what was read for it', false)
  .action(async (stream: string, options: LinkOptions) =>
    (await import('./commands/link.ts')).link(stream, options, context()),
  );
program
  .command('backup <file>')
  .description('write all that the store keeps into one file (or into a folder, named by the time)')
  .action(async (file: string) => (await import('./commands/backup.ts')).backup(file, context()));
program
  .command('restore [file]')
  .description('load a backup into an empty system; then ./syncline up, and restore --finish')
  .option('--finish', 'pair what was created since the backup, and turn the streams on', false)
  .option('--force', 'with --finish: turn on those, too, of which a person should decide', false)
  .option('--keep-streams', 'leave the streams on: nothing was written to either side since', false)
  .action(async (file: string | undefined, options: RestoreOptions) =>
    (await import('./commands/restore.ts')).restore(file, options, context()),
  );
program
  .command('bench')
  .description("measure Syncline on this machine, beside the machine's own limits; writes JSON")
  .option('--seconds <n>', 'length of each run (default: 5)', positive)
  .option('--runs <n>', 'runs of each measurement; the table shows their median (default: 3)', positive)
  .option('--events <n>', 'events in a backlog (default: 10000)', positive)
  .option('--only <scenario>', 'this one alone; may be repeated', collect, [])
  .option('--quick', 'one short run of each: about two minutes', false)
  .option(
    '--soak <minutes>',
    'instead: a steady load for so long, and the memory of each process',
    positiveNumber,
  )
  .option('--rate <n>', 'of the soak, changes a second', positiveNumber, 20)
  .option('--json <file>', 'write the figures there, too')
  .action(async (options: BenchCommand) => (await import('./commands/bench.ts')).bench(options, context()));
program
  .command('chaos')
  .description('run Syncline under load and faults, and check that nothing is lost, doubled, stale or stuck')
  .option('--minutes <n>', 'length of load and faults', positiveNumber, 3)
  .option('--seed <n>', 'the same faults again (default: by chance)', positive)
  .option('--scale <services>', 'more than one process of a service: pusher=2,mapping=2')
  .option('--rate <n>', 'edits a second', positiveNumber, 12)
  .option('--fault-every <seconds>', 'from one fault to the next, on average', positiveNumber, 2)
  .option('--settle <seconds>', 'how long it may take to work off what is open', positiveNumber, 300)
  .option('--json <file>', 'write the report there, too')
  .action(async (options: ChaosCommand) => (await import('./commands/chaos.ts')).chaos(options, context()));

program
  .command('test [pattern]')
  .description('everything CI runs; with a pattern, the tests whose file or name matches')
  .action(async (pattern: string | undefined) =>
    (await import('./commands/test.ts')).test(pattern, context()),
  );

/** Tells why a command ended, and with which code the process ends. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Refused || error instanceof CannotStart) {
    output.warn(error.message);
    return error instanceof Refused ? error.exitCode : 2;
  }
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
