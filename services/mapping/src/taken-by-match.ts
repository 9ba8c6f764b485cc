import type { CatalogView } from '@syncline/catalog';
import type { Store } from '@syncline/store';
import { pairStreams } from './pair-facts.ts';
import { pairDigest } from './pair.ts';
import { isCreatingInErp, removeSideDocuments, type Changed } from './side-documents.ts';

/**
 * Rows that are about to create in the ERP what an ERP record has just been matched with (`matchBeforeCreate`). Each of the
 * two first says what it does, a claim there and an open create here, and then looks for what the other has said: one of
 * them sees it. What these rows have said is taken back.
 */
export async function takenByMatch(
  changed: readonly Changed[],
  { store, view }: { store: Store; view: CatalogView },
): Promise<Set<string>> {
  const creating = changed.filter(
    ({ before, after }) =>
      isCreatingInErp(after) &&
      (before === null || !isCreatingInErp(before)) &&
      pairStreams(view, after).pair.match !== undefined,
  );
  if (creating.length === 0) return new Set();
  const digestOf = ({ after }: Changed): string => pairDigest(after, 'crm', after.sides.crm.id);
  const owners = await store.pointers.readMany(creating.map(digestOf));
  const taken = creating.filter((one) => (owners.get(digestOf(one)) ?? one.after.id) !== one.after.id);
  // A row that was never written is not looked at again, and so nothing else would remove what it stated.
  const unborn = taken.filter(({ before }) => before === null);
  const atRest = unborn.map((one) => ({ ...one, before: one.after, after: { ...one.after, current: null } }));
  await removeSideDocuments(store, atRest);
  return new Set(taken.map(({ after }) => after.id));
}
