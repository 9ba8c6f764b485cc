/**
 * Writes docs/errors.md from the tables in packages/contract; with `--check` it only says whether the page is up to date.
 * Needs `tsc -b` first.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { defaultRetryDelaysMs, errorCodes, failureMeanings, retryJitter } from '@syncline/contract';

const page = new URL('../docs/errors.md', import.meta.url);

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** 155000 → `2 min 35 s` */
function inWords(ms: number): string {
  const parts = [
    `${Math.floor(ms / 3_600_000)} h`,
    `${Math.floor(ms / 60_000) % 60} min`,
    `${Math.floor(ms / 1000) % 60} s`,
  ];
  return parts.filter((part) => !part.startsWith('0 ')).join(' ');
}

function codes(): string[][] {
  return Object.values(errorCodes).map(({ code, http, when, remedy }) => [
    `\`${code}\``,
    `${http}`,
    when,
    remedy,
  ]);
}

function delays(): string[][] {
  let sinceFirstMs = 0;
  return defaultRetryDelaysMs.map((delayMs, index) => {
    sinceFirstMs += delayMs;
    return [`${index + 1}`, inWords(delayMs), inWords(sinceFirstMs)];
  });
}

const text = `# Errors

Generated from \`packages/contract\` by \`scripts/generate-errors-page.ts\`; \`pnpm check\` fails when the two differ.

## Codes of HTTP answers

Every answer is JSON, \`{"errCode", "errMsg"}\`, and every refusal carries a \`traceId\` that stands in the logs too. A
code's number never changes its meaning and is never used again.

${table(['errCode', 'HTTP', 'when', 'what to do'], codes())}

## Classes of a failed sync

The class decides what happens next.

${table(
  ['class', 'what it means'],
  Object.entries(failureMeanings).map(([name, meaning]) => [`\`${name}\``, meaning]),
)}

A message that no one can read is no sync: it goes to \`sync.dead-letters\` with its original bytes and the reason.

## Retries of a transient failure

Each delay is spread by ±${retryJitter * 100} %. A data center may set its own delays (\`retryDelaysMs\`). Waiting for an open breaker
or for pace uses no attempt. When the attempts are spent, the sync ends as *failed*.

${table(['retry', 'after', 'since the first attempt'], delays())}
`;

const current = await readFile(page, 'utf8').catch(() => '');
if (!process.argv.includes('--check')) {
  await writeFile(page, text);
} else if (current !== text) {
  console.error(
    'docs/errors.md is not what packages/contract says: run node scripts/generate-errors-page.ts',
  );
  process.exitCode = 1;
}
