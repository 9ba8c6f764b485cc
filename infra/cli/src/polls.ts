import type { ConsoleApi } from './console-api.ts';

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
export async function pollLines(api: ConsoleApi): Promise<string[]> {
  try {
    const { tenants } = await api.get<{ tenants: { tenantId: string }[] }>('/overview');
    const lines = tenants.slice(0, mostTenants).map(async ({ tenantId }) => {
      const path = `/tenants/${encodeURIComponent(tenantId)}/poll-windows?limit=${String(windowsEach)}`;
      return describeWindows(tenantId, (await api.get<{ items: PolledWindow[] }>(path)).items);
    });
    return (await Promise.all(lines)).flat();
  } catch {
    return [];
  }
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
