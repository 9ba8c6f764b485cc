import type { Command } from 'commander';
import type { Context } from './commands/command.ts';

/** `./syncline secrets`: the keys that tokens of data centers are encrypted with in the store. */
export function addSecrets(program: Command, context: () => Context): void {
  const secrets = program.command('secrets').description('the keys that encrypt the tokens in the store');
  secrets
    .command('list')
    .description('which keys there are, by their ids, and what is encrypted with them')
    .action(async () => (await import('./commands/secrets.ts')).listSecretKeys(context()));
  secrets
    .command('new-key')
    .description('put a new key before the present ones; it encrypts from the next start on')
    .action(async () => {
      (await import('./commands/secrets.ts')).newSecretKey(context());
    });
  secrets
    .command('rotate')
    .description('encrypt every token in the store anew, with the first key')
    .action(async () => (await import('./commands/secrets.ts')).rotateSecrets(context()));
}
