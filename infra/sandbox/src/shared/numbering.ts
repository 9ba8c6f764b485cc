import { getOrAdd } from './tally.ts';

/**
 * Readable ids (`C000012`), counted per kind. Nothing is stored: an id that is noted moves its counter, so a replay
 * of the ledger leaves the counters where they were.
 */
export class Numbering {
  private readonly last = new Map<string, { prefix: string; number: number }>();

  next(kind: string, prefix: string): string {
    const counter = getOrAdd(this.last, kind, () => ({ prefix, number: 0 }));
    counter.number += 1;
    return `${prefix}${String(counter.number).padStart(6, '0')}`;
  }

  note(kind: string, prefix: string, id: string): void {
    if (!id.startsWith(prefix)) return;
    const number = Number(id.slice(prefix.length));
    if (!Number.isSafeInteger(number)) return;
    const counter = getOrAdd(this.last, kind, () => ({ prefix, number: 0 }));
    counter.number = Math.max(counter.number, number);
  }
}

/** A prefix for an object that nobody described: the capitals of its name. */
export function prefixOf(apiName: string): string {
  return apiName.replace(/(Obj|__c)$/, '').replace(/[^A-Z]/g, '') || 'R';
}
