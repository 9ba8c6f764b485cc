/**
 * Says whether docs/spec-coverage.md holds: every row tells where a sentence of the specification is implemented and which
 * test shows it, and those files and tests exist. A test is written as `path` "a part of its title".
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const page = 'docs/spec-coverage.md';

interface Row {
  line: number;
  sentence: string;
  where: string;
  tests: string;
}

function rowsOf(text: string): Row[] {
  return text.split('\n').flatMap((content, index) => {
    const cells = content.split(/(?<!\\)\|/).map((cell) => cell.trim());
    if (cells.length !== 5 || /^-+$/.test(cells[1] ?? '') || cells[2] === 'Implemented in') return [];
    const [, sentence = '', where = '', tests = ''] = cells;
    return [{ line: index + 1, sentence, where, tests }];
  });
}

const pathsIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);

const testsIn = (cell: string): { path: string; title: string }[] =>
  [...cell.matchAll(/`([^`]+\.test\.ts)` "([^"]+)"/g)].map(([, path = '', title = '']) => ({ path, title }));

function problemsOf({ sentence, where, tests }: Row): string[] {
  const problems: string[] = [];
  if (sentence === '' || pathsIn(where).length === 0)
    problems.push('it does not say where that is implemented');
  const shown = testsIn(tests);
  if (shown.length === 0) problems.push('no test shows it');
  for (const path of [...pathsIn(where), ...pathsIn(tests)])
    if (!existsSync(join(root, path))) problems.push(`${path} does not exist`);
  for (const { path, title } of shown) {
    const file = join(root, path);
    if (existsSync(file) && !readFileSync(file, 'utf8').includes(title))
      problems.push(`${path} has no test "${title}"`);
  }
  return problems;
}

const rows = rowsOf(readFileSync(join(root, page), 'utf8'));
const problems = rows.flatMap((row) => problemsOf(row).map((problem) => `${page}:${row.line}: ${problem}`));
if (rows.length === 0) problems.push(`${page} has no rows`);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
