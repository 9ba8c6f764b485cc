import { resolve } from 'node:path';
import { readFolder } from '../config-folder.ts';
import type { Context } from './command.ts';

/** Checks a config folder; the first thing that is wrong ends it with exit code 1. */
export async function validate(folder: string, { installation, output }: Context): Promise<void> {
  const { catalog } = await readFolder(resolve(folder), installation);
  const { tenants, erpObjects, streams } = catalog;
  output.say(
    `${folder} is valid: ${tenants.length} tenants, ${erpObjects.length} ERP objects, ${streams.length} streams.`,
  );
}
