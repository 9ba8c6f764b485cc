import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const retryMs = 200;

/** Runs `work` while no other process runs under the same lock file. A dead holder's lock is taken over. */
export async function withLock(file: string, work: () => Promise<void>): Promise<void> {
  while (!(await tryLock(file))) {
    if (await isHeld(file)) await delay(retryMs);
    else await rm(file, { force: true });
  }
  try {
    await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** The link appears with the holder's id already in it, so a lock file is never seen empty. */
async function tryLock(file: string): Promise<boolean> {
  const mine = `${file}.${String(process.pid)}`;
  await writeFile(mine, String(process.pid));
  try {
    await link(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(mine, { force: true });
  }
}

async function isHeld(file: string): Promise<boolean> {
  const holder = Number(await readFile(file, 'utf8').catch(() => ''));
  if (holder === 0) return false;
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
