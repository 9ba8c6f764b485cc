import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { BadConfig } from './config-error.ts';

/** Bounds on what a config folder may hold (hazards 4.1, the YAML row). */
const maxYamlBytes = 1024 * 1024;
const maxFunctionBytes = 256 * 1024;
const maxFiles = 1000;
const maxFolderDepth = 8;

function wholeFile(file: string, message: string, found: string, expected: string): BadConfig {
  return new BadConfig({ file, line: 1, column: 1, path: '', message, found, expected });
}

/**
 * All `*.yaml` and `*.yml` files of a folder and its subfolders, in the order of their names. What begins with a dot,
 * `node_modules` and links to folders are passed over.
 */
export async function yamlFilesOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  await collect(folder, files, 0);
  if (files.length === 0)
    throw wholeFile(folder, 'the folder has no config files', 'none', 'at least one *.yaml or *.yml file');
  return files.sort();
}

async function collect(folder: string, files: string[], depth: number): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw wholeFile(
      folder,
      `the folder cannot be read (${codeOf(error)})`,
      'no folder',
      'a folder of YAML files',
    );
  });
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < maxFolderDepth) await collect(path, files, depth + 1);
    // A mounted ConfigMap holds links to files, so a link counts if it leads to a file.
    else if (/\.ya?ml$/i.test(entry.name) && (await isFile(path))) files.push(path);
    if (files.length > maxFiles)
      throw wholeFile(folder, 'the folder has too many config files', 'more', 'at most 1000');
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unreadable';
}

/** The text of a YAML file, within its size and in UTF-8. */
export async function readYamlText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > maxYamlBytes)
    throw wholeFile(
      file,
      'the file is too large',
      `${String(size)} bytes`,
      `at most ${String(maxYamlBytes)} bytes`,
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    throw wholeFile(file, `the file cannot be read (${codeOf(error)})`, 'other bytes', 'UTF-8 text');
  }
}

/** What became of a function's path: its source, or why not. */
export type FunctionFile = { source: string } | { message: string; expected: string };

/**
 * Reads a function of the folder; a path or a link that leads out of the folder is refused.
 * @param what `adapter` or `hook`: for messages
 */
export async function readFunction(folder: string, path: string, what: string): Promise<FunctionFile> {
  const expected = `a .js file inside ${folder}`;
  const target = resolve(folder, path);
  if (isAbsolute(path) || leaves(resolve(folder), target))
    return { message: `the ${what} lies outside the config folder`, expected };
  try {
    const real = await realpath(target);
    if (leaves(await realpath(folder), real))
      return { message: `the ${what} lies outside the config folder`, expected };
    const { size } = await stat(real);
    if (size > maxFunctionBytes)
      return { message: `the ${what} is too large`, expected: `at most ${String(maxFunctionBytes)} bytes` };
    return { source: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(real)) };
  } catch (error) {
    return { message: `the ${what} cannot be read (${codeOf(error)})`, expected };
  }
}

function leaves(folder: string, target: string): boolean {
  const path = relative(folder, target);
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
}
