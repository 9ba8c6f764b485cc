import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * What tells the process `pid` from a later one that got the same number, or null when none runs (a zombie does not).
 * On Linux the boot and the tick it started at; elsewhere what `ps` calls its start.
 */
export function startTokenOf(pid: number): string | null {
  if (process.platform !== 'linux') return psColumn(pid, 'lstart');
  const stat = readText(`/proc/${pid}/stat`);
  // The name in parentheses may itself hold spaces and parentheses; the fields after it are numbers (proc(5)).
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields?.[0], fields?.[19]];
  if (state === undefined || startTicks === undefined || state === 'Z' || state === 'X') return null;
  return `${readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}/${startTicks}`;
}

/** Is the process that had this token when it started still running? */
export function isRunning(pid: number, startToken: string): boolean {
  return startTokenOf(pid) === startToken;
}

/** Resident memory in MB, or null when it cannot be told. */
export function memoryMbOf(pid: number): number | null {
  const kilobytes =
    process.platform === 'linux'
      ? /^VmRSS:\s+(\d+)/m.exec(readText(`/proc/${pid}/status`) ?? '')?.[1]
      : psColumn(pid, 'rss');
  return kilobytes ? Math.round(Number(kilobytes) / 1024) : null;
}

function psColumn(pid: number, column: string): string | null {
  try {
    return (
      execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], {
        encoding: 'utf8',
        timeout: 5000,
      }).trim() || null
    );
  } catch {
    return null;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
