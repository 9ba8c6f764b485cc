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
});
export type ServiceHealth = z.infer<typeof serviceHealthSchema>;

const limitMs = 1_500;
const readyAnswer = z.object({
  ready: z.boolean(),
  reasons: z.array(z.object({ part: z.string(), reason: z.string() })),
});

/** Asks every service whether it can do its job (contract 1, `/readyz`). */
export function readServices(addresses: readonly ServiceAddress[]): Promise<ServiceHealth[]> {
  return Promise.all(addresses.map(readService));
}

async function readService({ name, url }: ServiceAddress): Promise<ServiceHealth> {
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
