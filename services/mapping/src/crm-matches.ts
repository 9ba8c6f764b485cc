import { createGroupFlush, type Part } from '@syncline/chassis';
import type { CatalogView, ObjectPair } from '@syncline/catalog';
import type { CrmEvent, JsonObject } from '@syncline/contract';
import type { CrmMatch, Store } from '@syncline/store';
import { matchKeyOf } from './match-key.ts';
import { pairDigest } from './pair.ts';

const mostTogether = 500;
const mostWaiting = 20_000;

/** Keeps what the CRM's records are matched by, of pairs that look for a match before they create. */
export interface CrmMatchNotes extends Part {
  /** A record as the CRM tells it, whatever it is told for; settles when it will be found by its values. */
  note(event: CrmEvent, view: CatalogView): Promise<void>;
}

export function createCrmMatchNotes({ store }: { store: Pick<Store, 'crmMatches'> }): CrmMatchNotes {
  const group = createGroupFlush<CrmMatch, undefined>({
    flush: async (noted) => {
      await store.crmMatches.note(noted);
      return noted.map(() => undefined);
    },
    maxItems: mostTogether,
    maxWaiting: mostWaiting,
  });
  return {
    name: 'crm-matches',
    start: () => Promise.resolve(),
    stop: () => group.drain(),
    async note({ tenantId, objectApiName, dataId, operation, occurredAt, data }, view) {
      const pairs = view.pairsOfCrmObject(tenantId, objectApiName).filter(({ match }) => match !== undefined);
      const isGone = operation === 'invalid' || operation === 'delete';
      const noted = pairs.flatMap((pair) =>
        crmMatchOf(pair, { dataId, master: data, at: occurredAt, isGone }),
      );
      await Promise.all(noted.map((one) => group.add(one)));
    },
  };
}

/** What a CRM record of a pair is found by; none where the pair looks for no match. */
export function crmMatchOf(
  pair: ObjectPair,
  { dataId, master, at, isGone }: { dataId: string; master: JsonObject; at: number; isGone: boolean },
): CrmMatch[] {
  const found = matchKeyOf(pair, 'crm', master);
  if (found === undefined) return [];
  const name = typeof master.name === 'string' ? master.name.slice(0, 200) : '';
  return [{ id: pairDigest(pair, 'crm', dataId), dataId, name, key: found.key, isGone, at }];
}
