import type { Command } from 'commander';
import type { Context } from './commands/command.ts';
import type { NewTokenOptions, RotateTokenOptions } from './commands/token.ts';

/** `./syncline token`: push tokens beside those of the config folder. */
export function addToken(program: Command, context: () => Context): void {
  const load = () => import('./commands/token.ts');
  const token = program
    .command('token')
    .description('push tokens of a tenant, beside those of its config folder');
  token
    .command('add <tenant>')
    .description('give out a push token; it is shown this once')
    .requiredOption('--name <name>', 'who pushes with it')
    .option('--expires <when>', '90d, or a moment: 2026-12-31, 2026-12-31T10:00:00Z (default: never)')
    .action(async (tenant: string, options: NewTokenOptions) =>
      (await load()).addToken(tenant, options, context()),
    );
  token
    .command('list <tenant>')
    .description('all push tokens, since when, until when, and when they were last used')
    .action(async (tenant: string) => (await load()).listTokens(tenant, context()));
  token
    .command('rotate <tenant> <token>')
    .description('give out a new one in the place of TOKEN (its id or name), which stays good for a while')
    .option('--overlap <time>', 'how long the former one stays good', '7d')
    .option('--expires <when>', 'of the new one (default: never)')
    .action(async (tenant: string, which: string, options: RotateTokenOptions) =>
      (await load()).rotateToken(tenant, which, options, context()),
    );
  token
    .command('revoke <tenant> <token>')
    .description('withdraw TOKEN (its id or name)')
    .action(async (tenant: string, which: string) => (await load()).revokeToken(tenant, which, context()));
}
