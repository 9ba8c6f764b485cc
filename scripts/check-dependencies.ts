/**
 * Says whether pnpm-lock.yaml has a version that is known to be unsafe (scripts/dependency-floors.json). It asks no
 * registry, so it runs everywhere; `pnpm audit` knows more where there is one.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

interface Table {
  floors: Record<string, { atLeast: string; why: string }>;
  knownBad: Record<string, { versions: string[]; why: string }>;
}

/** Each package of the lockfile with each of its versions; what is patched or has peers has only its own version here. */
function lockedVersions(): Map<string, string[]> {
  const text = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  const section = /^packages:\n([^]*?)^\S/m.exec(text)?.[1] ?? '';
  const versions = new Map<string, string[]>();
  for (const [, name = '', version = ''] of section.matchAll(/^ {2}'?(@?[^@\s']+)@([^('\s:]+)/gm))
    versions.set(name, [...(versions.get(name) ?? []), version]);
  return versions;
}

/** -1, 0 or 1; a pre-release comes before its release. */
function compare(one: string, other: string): number {
  const parts = (version: string): number[] => (version.split('-')[0] ?? '').split('.').map(Number);
  const [left, right] = [parts(one), parts(other)];
  for (let at = 0; at < 3; at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Number(other.includes('-')) - Number(one.includes('-'));
}

const { floors, knownBad } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'dependency-floors.json'), 'utf8'),
) as Table;
const locked = lockedVersions();
const problems = [
  ...Object.entries(floors).flatMap(([name, { atLeast, why }]) => {
    const found = locked.get(name);
    if (found === undefined) return [`${name} is not in the lockfile: take it out of the table`];
    const old = found.filter((version) => compare(version, atLeast) < 0);
    return old.map(
      (version) => `${name} ${version} is below ${atLeast} (${why}): pnpm update ${name} --recursive`,
    );
  }),
  ...Object.entries(knownBad).flatMap(([name, { versions, why }]) =>
    (locked.get(name) ?? []).flatMap((version) =>
      versions.includes(version) ? [`${name} ${version}: ${why}`] : [],
    ),
  ),
];
if (locked.size < 100) problems.push('pnpm-lock.yaml was not understood: it seems to have no packages');
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
