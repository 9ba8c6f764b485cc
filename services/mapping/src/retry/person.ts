import { RefusedRequest } from '@syncline/contract';
import type { Reply } from '../decide/facts.ts';
import type { OperatorAction } from '../decide/operator-action.ts';
import type { Batcher } from '../batcher.ts';
import type { Access } from '../operator-access.ts';

const longestName = 100;

/** Who acts, as the history shows it: as the caller says, else whose key or token it showed. */
export function nameOf(given: string | undefined, access: Access): string {
  const name = (given ?? '').replace(/\s+/g, ' ').trim().slice(0, longestName);
  if (name !== '') return name;
  return access.ofAll ? 'an operator' : `tenant ${access.tenantId ?? ''}`;
}

/**
 * Has a person's action decided; settles when its effects are produced.
 * @returns the sync that carries it on
 * @throws RefusedRequest notFound where there is no such row, conflict with the reason where it is refused
 */
export async function act(
  rowId: string,
  asked: { by: string; action: OperatorAction },
  batcher: Pick<Batcher, 'submit'>,
): Promise<string | null> {
  const reply = await decideByHand(rowId, asked, batcher);
  if (reply === undefined)
    throw new RefusedRequest('notFound', 'nothing is known of the record any more: ask its source for it');
  if (reply.ok) return reply.syncId ?? null;
  throw new RefusedRequest(reply.why === 'notFound' ? 'notFound' : 'conflict', reply.message);
}

/** @returns undefined where there is no such row */
export async function decideByHand(
  rowId: string,
  { by, action }: { by: string; action: OperatorAction },
  batcher: Pick<Batcher, 'submit'>,
): Promise<Reply | undefined> {
  const [carried] = await batcher.submit([{ kind: 'row', rowId, input: { kind: 'operator', by, action } }]);
  return carried?.ok === true ? carried.reply : undefined;
}
