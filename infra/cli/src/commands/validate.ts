import { resolve } from 'node:path';
import { readFolder } from '../config-folder.ts';
import type { Context } from './command.ts';

/** Checks a config folder; the first thing that is wrong ends it with exit code 1. */
export async function validate(folder: string, { installation, output }: Context): Promise<void> {
  const { catalog } = await readFolder(resolve(folder), installation);
  const { tenants, erpObjects, streams } = catalog;
  const counts = [
    counted(tenants.length, 'tenant'),
    counted(erpObjects.length, 'ERP object'),
    counted(streams.length, 'stream'),
  ];
  output.say(`${folder} is valid: ${counts.join(', ')}.`);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
