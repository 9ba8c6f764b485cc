/** How often each thing happened, per object and per who did it. */
export class Tally {
  private readonly counts = new Map<string, Map<string, Map<string, number>>>();

  count(objectApiName: string, by: string, what: string): void {
    const ofObject = getOrAdd(this.counts, objectApiName, () => new Map<string, Map<string, number>>());
    const ofActor = getOrAdd(ofObject, by, () => new Map<string, number>());
    ofActor.set(what, (ofActor.get(what) ?? 0) + 1);
  }

  objects(): string[] {
    return [...this.counts.keys()];
  }

  of(objectApiName: string): Record<string, Record<string, number>> {
    const ofObject = this.counts.get(objectApiName) ?? new Map<string, Map<string, number>>();
    return Object.fromEntries([...ofObject].map(([by, counts]) => [by, Object.fromEntries(counts)]));
  }
}

export function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = make();
  map.set(key, made);
  return made;
}

/** Records that share a value which should be theirs alone: `surplus` is how many there are too many. */
export interface Doubles {
  surplus: number;
  sample: { value: string; dataIds: string[] }[];
}

/** Finds records that share a value; an empty value is nobody's. */
export function findDoubles(records: Iterable<{ value: string; dataId: string }>): Doubles {
  const owners = new Map<string, string[]>();
  for (const { value, dataId } of records) {
    if (value !== '') getOrAdd(owners, value, () => []).push(dataId);
  }
  const shared = [...owners].filter(([, dataIds]) => dataIds.length > 1);
  return {
    surplus: shared.reduce((sum, [, dataIds]) => sum + dataIds.length - 1, 0),
    sample: shared.slice(0, 20).map(([value, dataIds]) => ({ value, dataIds })),
  };
}
