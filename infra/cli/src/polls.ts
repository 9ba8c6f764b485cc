import type { Installation } from './installation.ts';
import { urlOf } from './services.ts';

const limitMs = 3_000;
const windowsEach = 50;
const mostTenants = 20;

interface PolledWindow {
  objectApiName: string;
  status: string;
  received: number;
  fates: Record<string, number>;
  error: string | null;
}

/** What the newest windows of polling brought, for each tenant that polls; nothing where the console does not answer. */
export async function pollLines(installation: Installation): Promise<string[]> {
  const api = `${urlOf(installation, 'CONSOLE_PORT')}/api`;
  try {
    const { tenants } = (await ask(`${api}/overview`)) as { tenants: { tenantId: string }[] };
    const lines = tenants.slice(0, mostTenants).map(async ({ tenantId }) => {
      const path = `${api}/tenants/${encodeURIComponent(tenantId)}/poll-windows?limit=${String(windowsEach)}`;
      return describeWindows(tenantId, ((await ask(path)) as { items: PolledWindow[] }).items);
    });
    return (await Promise.all(lines)).flat();
  } catch {
    return [];
  }
}

async function ask(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMs), redirect: 'error' });
  if (!response.ok) throw new Error(`${url}: HTTP ${String(response.status)}`);
  return response.json();
}

/** The sums over these windows, and the newest of those of which something is missing. */
export function describeWindows(tenantId: string, windows: readonly PolledWindow[]): string[] {
  if (windows.length === 0) return [];
  const names = Object.keys(windows[0]?.fates ?? {});
  const fates = names.map((name) => `${name} ${String(sum(windows, ({ fates: of }) => of[name] ?? 0))}`);
  const received = `received ${String(sum(windows, (window) => window.received))}`;
  const bad = windows.filter(({ status }) => status === 'short' || status === 'failed');
  const first = bad[0];
  const told =
    first === undefined ? '' : `, the last of ${first.objectApiName}: ${first.error ?? first.status}`;
  return [
    `polls of ${tenantId}, last ${String(windows.length)} windows: ${[received, ...fates].join(', ')}`,
    ...(bad.length === 0 ? [] : [`  short or failed: ${String(bad.length)}${told}`]),
  ];
}

function sum(windows: readonly PolledWindow[], of: (window: PolledWindow) => number): number {
  return windows.reduce((total, window) => total + of(window), 0);
}
