import { Argument, Option, type Command } from 'commander';
import { roles, type Role } from '@syncline/contract';
import type { NewKeyOptions, NewUserOptions } from './commands/accounts.ts';
import type { Context } from './commands/command.ts';

const load = () => import('./commands/accounts.ts');

const roleOption = (): Option =>
  new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory();
const collect = (text: string, before: string[]): string[] => [...before, text];

/** `./syncline user` and `./syncline key`: who may use the console, over its admin API. */
export function addAccounts(program: Command, context: () => Context): void {
  const user = program.command('user').description("the console's users");
  user
    .command('add <name>')
    .description('a new user; prints a random password, unless one comes in on standard input')
    .addOption(roleOption())
    .option('--tenant <id>', 'limited to this tenant; may be repeated', collect, [])
    .option('--password-stdin', 'read the password from standard input', false)
    .action(async (name: string, options: NewUserOptions) =>
      (await load()).addUser(name, options, context()),
    );
  user
    .command('list')
    .description('who may sign in')
    .action(async () => (await load()).listUsers(context()));
  user
    .command('password <name>')
    .description('a new password for a user, who is signed out; prints a random one')
    .option('--password-stdin', 'read the password from standard input', false)
    .action(async (name: string, options: { passwordStdin: boolean }) =>
      (await load()).setPassword(name, options, context()),
    );
  user
    .command('role')
    .argument('<name>')
    .addArgument(new Argument('<role>').choices(roles))
    .description('another role for a user')
    .option('--tenant <id>', 'limited to this tenant; may be repeated (default: as before)', collect, [])
    .option('--all-tenants', 'limited to no tenants any more', false)
    .action(async (name: string, role: Role, options: { tenant: string[]; allTenants: boolean }) =>
      (await load()).changeRole(name, { role, ...options }, context()),
    );
  for (const [verb, description] of Object.entries({
    disable: 'a user who may not sign in any more, and is signed out',
    enable: 'a user who may sign in again',
    remove: 'remove a user, who is signed out',
  }))
    user
      .command(`${verb} <name>`)
      .description(description)
      .action(async (name: string) => (await load()).moveUser(name, verb, context()));
  addKeys(program, context);
}

function addKeys(program: Command, context: () => Context): void {
  const key = program.command('key').description('API keys: how scripts use the admin API');
  key
    .command('add <name>')
    .description('a new API key, which is printed once')
    .addOption(roleOption())
    .option('--tenant <id>', 'limited to this tenant; may be repeated', collect, [])
    .option('--expires <date>', 'ends then: 2027-01-31, or 2027-01-31T10:00:00Z (default: never)')
    .action(async (name: string, options: NewKeyOptions) => (await load()).addKey(name, options, context()));
  key
    .command('list')
    .description('the newest API keys')
    .action(async () => (await load()).listKeys(context()));
  key
    .command('revoke <id>')
    .description('end an API key at once')
    .action(async (id: string) => (await load()).revokeKey(id, context()));
}
