import { Bodies } from './bodies.ts';
import type { Addressed } from './addressed.ts';
import type { CarryOutDependencies } from './carry-out.ts';
import type { Reply } from './decide/facts.ts';
import { Fold } from './fold.ts';
import { locate, startState } from './locate.ts';
import { createReferences } from './references.ts';

export type PreviewDependencies = Pick<
  CarryOutDependencies,
  'store' | 'evaluator' | 'catalog' | 'clock' | 'random'
>;

/** What would be answered to each input if it were carried out now. Nothing is written, claimed or sent. */
export async function preview(
  deps: PreviewDependencies,
  addressed: readonly Addressed[],
): Promise<(Reply | undefined)[]> {
  const { store } = deps;
  const view = deps.catalog.view();
  const located = await locate(store, addressed, deps.clock.now());
  const references = createReferences(store, view);
  const fold = new Fold({
    ...deps,
    view,
    references,
    bodies: new Bodies(store),
    crmRevision: () => Promise.resolve(0),
    isPreview: true,
  });
  const replies: (Reply | undefined)[] = addressed.map(() => undefined);
  for (const one of located.values()) {
    const inputs = one.inputs.map(({ input }) => input);
    const folded = await fold.run(startState(one), inputs);
    one.inputs.forEach(({ at }, i) => (replies[at] = folded.replies[i]));
  }
  return replies;
}
