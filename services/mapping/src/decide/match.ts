import type { Change } from '../change.ts';
import type { MatchKey } from '../match-key.ts';
import { adopt, claim } from './confirm.ts';
import type { Draft } from './draft.ts';
import { Needs, type Candidates } from './facts.ts';
import { waitForOpenCreates } from './postpone.ts';

const mostNamed = 10;

/**
 * Before a create towards the CRM: does it hold this record already (contract 6, `matchBeforeCreate`)? The one record
 * with equal values and no counterpart becomes this one's; of several a person says which.
 * @returns false when the change goes no further now
 */
export function findsItsMatch(draft: Draft, change: Change): boolean {
  const key = wantedMatch(draft, change);
  if (key === null) return true;
  const found = draft.facts.matches.get(key.key);
  if (found === undefined) throw new Needs({ kind: 'matches', key: key.key });
  const [first, ...others] = found.free;
  if (found.isFull || others.length > 0) {
    severalMatch(draft, change, found, key.words);
    return false;
  }
  return first === undefined || takeMatch(draft, change, { dataId: first.dataId, words: key.words });
}

/** What a match is to be looked for by; null where none is. What is not written is not matched either. */
function wantedMatch(draft: Draft, change: Change): MatchKey | null {
  const { side, operation, isNew } = change;
  if (side !== 'erp' || operation === 'void' || isNew === true) return null;
  if (draft.streamOutOf(side)?.looksForMatch !== true) return null;
  if (draft.hooked(change, 'create').mapped.kind !== 'ok') return null;
  const { match = null } = draft.reading(change);
  if (match?.key !== '') return match;
  const message = `No match was looked for, since a value is missing: ${match.words}.`;
  draft.tell(change, { kind: 'note', message });
  return null;
}

function takeMatch(
  draft: Draft,
  change: Change,
  { dataId, words }: { dataId: string; words: string },
): boolean {
  const owner = claim(draft, 'crm', dataId);
  // Another record, or a create in the ERP, has just taken it: what becomes of that decides.
  if (owner !== null)
    return !waitForOpenCreates(draft, change, [{ rowId: owner, match: null, openedAt: change.arrivedAt }]);
  adopt(draft, 'crm', dataId);
  draft.tell(change, { kind: 'adopted', message: `The CRM has it: ${dataId} equals it by ${words}.` });
  return true;
}

function severalMatch(draft: Draft, change: Change, { free, isFull }: Candidates, words: string): void {
  const named = free
    .slice(0, mostNamed)
    .map(({ dataId, name }) => (name === '' ? dataId : `${dataId} (${name})`));
  const count = isFull ? 'Very many' : String(free.length);
  const message = `${count} records of the CRM without a counterpart equal it by ${words}: ${named.join(', ')}. Say which one it is with createSyncDataMapping or an import of mappings; or retry it as a new record.`;
  const attempts = draft.state.current?.attempts ?? 0;
  draft.fail(change, 'create', { class: 'broken', code: 'several-match', message }, attempts);
}
