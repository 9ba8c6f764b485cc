import type { Clock } from '@syncline/chassis';
import type { Instances } from '@syncline/store';
import { z } from 'zod';

export interface ServiceAddress {
  name: string;
  /** `http://host:port` */
  url: string;
}

export const serviceHealthSchema = z.object({
  name: z.string(),
  ready: z.boolean(),
  reasons: z.array(z.string()).describe('why it is not ready'),
  instances: z.number().nullable().describe('processes that share its work; null where they do not say'),
});
export type ServiceHealth = z.infer<typeof serviceHealthSchema>;

const limitMs = 1_500;
const readyAnswer = z.object({
  ready: z.boolean(),
  reasons: z.array(z.object({ part: z.string(), reason: z.string() })),
});

/** Only these count themselves, since they share out an ERP's pace. */
const counting: ReadonlySet<string> = new Set(['poller', 'pusher']);
const silentAfterMs = 15_000;

/** Asks every service whether it can do its job (contract 1, `/readyz`), and how many processes it has. */
export function readServices(
  addresses: readonly ServiceAddress[],
  instances: Pick<Instances, 'alive'>,
  clock: Clock,
): Promise<ServiceHealth[]> {
  const since = clock.now() - silentAfterMs;
  return Promise.all(
    addresses.map(async (address) => {
      const [health, count] = await Promise.all([
        readService(address),
        counting.has(address.name) ? instances.alive(address.name, since).catch(() => null) : null,
      ]);
      return { ...health, instances: count };
    }),
  );
}

async function readService({ name, url }: ServiceAddress): Promise<Omit<ServiceHealth, 'instances'>> {
  try {
    const response = await fetch(`${url}/readyz`, {
      signal: AbortSignal.timeout(limitMs),
      redirect: 'error',
    });
    const answer = readyAnswer.parse(await response.json());
    const reasons = answer.reasons.map(({ part, reason }) => `${part}: ${reason}`);
    return { name, ready: response.ok && answer.ready, reasons };
  } catch {
    return { name, ready: false, reasons: ['it does not answer'] };
  }
}
