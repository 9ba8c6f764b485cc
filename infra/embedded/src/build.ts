import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runMaven } from './maven.ts';
import { withLock } from './lock.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'target');
const stampFile = join(target, 'built.sha256');

/** The servers' classes; it names the libraries beside it as its class path. */
export const jarFile = join(target, 'syncline-embedded.jar');

export interface BuildOptions {
  /** Gets lines of progress to show. */
  log(line: string): void;
}

/**
 * Builds the servers if their sources changed since the last build. Several processes may call it at
 * once: one builds, the others wait.
 */
export async function buildEmbedded({ log }: BuildOptions): Promise<void> {
  const wanted = await hashOfSources();
  if (await isBuilt(wanted)) return;
  await mkdir(target, { recursive: true });
  await withLock(join(target, 'build.lock'), async () => {
    if (await isBuilt(wanted)) return;
    log('Building the embedded broker and store (the first time fetches about 50 MB)');
    await runMaven(root, log);
    await writeFile(stampFile, wanted);
  });
}

async function isBuilt(wanted: string): Promise<boolean> {
  return existsSync(jarFile) && existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === wanted;
}

async function hashOfSources(): Promise<string> {
  const sources = join(root, 'src', 'main');
  const entries = await readdir(sources, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of [join(root, 'pom.xml'), ...files.sort()]) {
    hash
      .update(relative(root, file))
      .update('\0')
      .update(await readFile(file))
      .update('\0');
  }
  return hash.digest('hex');
}
