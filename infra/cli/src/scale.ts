import { Refused } from './refused.ts';

/** Services that can run more than once (design, "Growing"); the console is one page for all. */
export const scalable = ['receiver', 'poller', 'mapping', 'pusher'] as const;
export type Scalable = (typeof scalable)[number];
export type Scale = Record<Scalable, number>;

const mostInstances = 32;

/**
 * Reads `--scale pusher=2,mapping=2`.
 * @throws Refused naming the part that is wrong
 */
export function parseScale(text: string | undefined): Scale {
  const scale: Scale = { receiver: 1, poller: 1, mapping: 1, pusher: 1 };
  for (const part of (text ?? '').split(',').filter((each) => each.trim() !== '')) {
    const [name, count, ...rest] = part.split('=').map((each) => each.trim());
    const service = scalable.find((each) => each === name);
    if (!service || rest.length > 0) {
      throw new Refused(
        `--scale: "${part}" is not one of ${scalable.map((each) => `${each}=N`).join(', ')}.`,
        2,
      );
    }
    const instances = /^\d+$/.test(count ?? '') ? Number(count) : 0;
    if (instances < 1 || instances > mostInstances) {
      throw new Refused(`--scale: "${part}" needs a number from 1 to ${mostInstances}.`, 2);
    }
    scale[service] = instances;
  }
  return scale;
}

/** `pusher`, `pusher-2`, `pusher-3`: the process names of contract 1. */
export function instanceNames(service: string, instances: number): string[] {
  return Array.from({ length: instances }, (_, index) => (index === 0 ? service : `${service}-${index + 1}`));
}
