import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second for everyone (`USER_HZ`). */
const msPerTick = 10;

/** The CPU time that a process has used, all threads, in ms; null where the system does not tell. */
export function cpuMsOf(pid: number | undefined): number | null {
  if (pid === undefined) return null;
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces; after it user and system time are the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  } catch {
    return null;
  }
}
