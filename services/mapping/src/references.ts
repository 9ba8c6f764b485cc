import type { CatalogView, FieldMapping, ObjectPair } from '@syncline/catalog';
import type { Side } from '@syncline/contract';
import type { Store } from '@syncline/store';
import { createLoader } from './loader.ts';
import type { WaitKey } from './current.ts';
import { pairDigest } from './pair.ts';

/** What is known of the record behind a key: its two ids, and what it waits for itself. */
interface Target {
  crmId: string;
  erpId: string;
  waitsOn: readonly string[];
}

export type Reference =
  | { kind: 'found'; id: string }
  /** `cycle`: that record waits, directly or through others, for the one that asks */
  | { kind: 'waits'; key: WaitKey; cycle: Cycle }
  | { kind: 'unconfigured'; message: string };

/** `open`: another reference of the cycle is optional, so that the record it belongs to can go first. */
export type Cycle = 'none' | 'open' | 'closed';

export interface References {
  /** The mapped id of another record, or what to wait for (design, "References wait"). */
  resolve(request: ReferenceRequest): Promise<Reference>;
  /** Which of these keys have a counterpart by now? Read anew, past all caches. */
  settled(keys: readonly string[]): Promise<Set<string>>;
}

export interface ReferenceRequest {
  pair: ObjectPair;
  /** the side that the change comes from */
  side: Side;
  /** the record that asks */
  dataId: string;
  mapping: FieldMapping;
  /** the other record's id on the change's side */
  id: string;
}

/** How far a chain of waiting records is followed to see whether it closes. */
const longestChain = 8;
const widestChain = 64;

export function createReferences(
  store: Pick<Store, 'pointers' | 'mappingRows'>,
  view: CatalogView,
): References {
  const fetchTargets = async (keys: readonly string[]): Promise<Map<string, Target>> => {
    const pointers = await store.pointers.readMany(keys);
    const rowIds = new Set(keys.map((key) => pointers.get(key) ?? key));
    const rows = await store.mappingRows.readMany([...rowIds]);
    const found = keys.flatMap((key): [string, Target][] => {
      const row = rows.get(pointers.get(key) ?? key);
      return row === undefined ? [] : [[key, row]];
    });
    return new Map(found);
  };
  const load = createLoader(fetchTargets);

  const cycleThrough = async (own: string, start: Target): Promise<Cycle> => {
    let waits = start.waitsOn.map((text) => readWait(text, false));
    for (let step = 0; step < longestChain && waits.length > 0; step += 1) {
      const closing = waits.filter(({ key }) => key === own);
      if (closing.length > 0) return closing.some(({ isOptional }) => isOptional) ? 'open' : 'closed';
      const followed = waits.slice(0, widestChain);
      const targets = await Promise.all(followed.map(({ key }) => load(key)));
      waits = targets.flatMap((target, i) =>
        (target?.waitsOn ?? []).map((text) => readWait(text, followed[i]?.isOptional ?? false)),
      );
    }
    return 'none';
  };

  return {
    async resolve({ pair, side, dataId, mapping, id }) {
      const { reference, to } = mapping;
      const object = reference?.object ?? '';
      const other = reference === null ? undefined : referencedPair(view, pair, side, reference);
      if (other === undefined) {
        const message = `${to}: no stream pairs ${object} in data center ${pair.dataCenterId}`;
        return { kind: 'unconfigured', message };
      }
      const key = pairDigest(other, side, id);
      const target = await load(key);
      const found = counterpartIn(target, side, id);
      if (found !== '') return { kind: 'found', id: found };
      const own = pairDigest(pair, side, dataId);
      const cycle = key === own ? 'closed' : target === undefined ? 'none' : await cycleThrough(own, target);
      const wait = { key, label: `${object} ${id}`, isOptional: !mapping.required };
      return { kind: 'waits', key: wait, cycle };
    },

    async settled(keys) {
      const targets = await fetchTargets(keys);
      return new Set(
        [...targets].filter(([, { crmId, erpId }]) => crmId !== '' && erpId !== '').map(([key]) => key),
      );
    },
  };
}

/** '' while there is none; a pointer that is left behind leads to a row of another record. */
function counterpartIn(target: Target | undefined, side: Side, id: string): string {
  if (target === undefined) return '';
  const [own, other] = side === 'crm' ? [target.crmId, target.erpId] : [target.erpId, target.crmId];
  return own === id ? other : '';
}

/** A wait as a row tells of it to others: the key, and `?` after it when the record could go without. */
export function waitText({ key, isOptional }: WaitKey): string {
  return isOptional ? `${key}?` : key;
}

function readWait(text: string, isOptionalSoFar: boolean): { key: string; isOptional: boolean } {
  const isOptional = text.endsWith('?');
  return { key: isOptional ? text.slice(0, -1) : text, isOptional: isOptional || isOptionalSoFar };
}

/** The pair that a reference leads through, in whichever direction its streams go. */
function referencedPair(
  view: CatalogView,
  pair: ObjectPair,
  side: Side,
  reference: NonNullable<FieldMapping['reference']>,
): ObjectPair | undefined {
  const { tenantId, dataCenterId } = pair;
  const all =
    side === 'crm'
      ? view.pairsOfCrmObject(tenantId, reference.object, dataCenterId)
      : view.pairsOfErpObject(tenantId, dataCenterId, reference.object);
  if (reference.dest === null) return all[0];
  return all.find((other) => (side === 'crm' ? other.erpObject : other.crmObject) === reference.dest);
}
