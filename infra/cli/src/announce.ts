import { join } from 'node:path';
import type { FirstAdmin } from './first-admin.ts';
import type { Installation } from './installation.ts';
import type { Output } from './output.ts';
import { urlOf } from './services.ts';

/** The one line that says that everything runs (contract 1). */
export const readyLine = 'Syncline is ready';

/** Where everything is, then the one line. */
export function announceReady(
  installation: Installation,
  output: Output,
  { hasSandbox, admin }: { hasSandbox: boolean; admin: FirstAdmin | null },
): void {
  const lines: [string, string][] = [
    ['Console', urlOf(installation, 'CONSOLE_PORT')],
    ...(admin === null ? [] : [['Sign in', signInText(admin)] satisfies [string, string]]),
    ['Push API', `${urlOf(installation, 'RECEIVER_PORT')}/erp/syncdata/open/objdata/asyncpush`],
    ['Open API', `${urlOf(installation, 'MAPPING_PORT')}/erp/syncdata/open/callAPI/{apiName}`],
  ];
  if (hasSandbox) {
    lines.push(['Sandbox ERP', urlOf(installation, 'SANDBOX_ERP_PORT')]);
    lines.push(['Sandbox CRM', urlOf(installation, 'SANDBOX_CRM_PORT')]);
  }
  lines.push(['Kafka', installation.kafkaBrokers.join(',')], ['Logs', join(installation.home, 'logs')]);
  for (const [name, where] of lines) output.say(`  ${name.padEnd(12)} ${where}`);
  output.say(readyLine);
}

function signInText({ name, password, file }: FirstAdmin): string {
  if (file === null) return `${name}, with the password in CONSOLE_ADMIN_PASSWORD`;
  // What is no terminal is a log.
  return process.stdout.isTTY
    ? `${name}, password ${password} (shown this once; kept in ${file})`
    : `${name}, with the password in ${file}`;
}
