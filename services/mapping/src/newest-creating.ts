import type { OpenCreateFacts } from './decide/facts.ts';

/** Open creates that one change waits for at a time. */
const mostWaitedFor = 8;

/**
 * The creates that were under way when a change came, as many as it waits for. Of a backlog the newest, which end last: what
 * waits is not woken by each of thousands, and their rows are not all looked at.
 * @param suspects in the order in which they were opened
 * @param isCreating has its row a create under way?
 */
export async function newestCreating(
  suspects: readonly OpenCreateFacts[],
  arrivedAt: number,
  isCreating: (rowId: string) => Promise<boolean | undefined>,
): Promise<OpenCreateFacts[]> {
  const newestFirst = suspects.filter(({ openedAt }) => openedAt <= arrivedAt).toReversed();
  const creating: OpenCreateFacts[] = [];
  for (let at = 0; at < newestFirst.length && creating.length < mostWaitedFor; at += mostWaitedFor) {
    const some = newestFirst.slice(at, at + mostWaitedFor);
    const are = await Promise.all(some.map(({ rowId }) => isCreating(rowId)));
    creating.push(...some.filter((_, i) => are[i] === true));
  }
  return creating;
}
