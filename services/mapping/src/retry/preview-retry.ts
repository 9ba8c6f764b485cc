import type { CatalogView } from '@syncline/catalog';
import { syncStatus } from '@syncline/contract';
import type { HistoryHead } from '@syncline/store';
import { Bodies } from '../bodies.ts';
import { Fold, type Folded } from '../fold.ts';
import { locate, startState } from '../locate.ts';
import { describe } from '../preview/describe.ts';
import { readOnly, type PreviewDeps } from '../preview/preview.ts';
import { createReferences } from '../references.ts';
import { stepsOf, type Asked, type Step } from './inputs.ts';
import { filterOf, type Selection } from './selection.ts';

/** So many are decided to see what would become of them; of the others no more than the count is told. */
const mostLooked = 1_000;
const partSize = 500;
const mostShown = 20;

export interface RetryPreview {
  /** syncs that are meant */
  total: number;
  /** of those, how many were looked at */
  looked: number;
  /** what would become of them, by operation or reason */
  counts: Record<string, number>;
  sample: Shown[];
}

interface Shown {
  syncId: string;
  dataId: string;
  /** create, update, void, recover, asked, adapted, waiting, failed or skipped */
  outcome: string;
  reason: { code: string; message: string } | null;
  destId: string | null;
  /** what would be sent */
  request: unknown;
}

/** What a bulk retry would do now: some of it decided by what decides, on the rows as they stand. Nothing is changed. */
export async function previewRetry(
  { tenantId, selection }: { tenantId: string; selection: Selection },
  asked: Asked,
  { view, ...deps }: PreviewDeps & { view: CatalogView },
): Promise<RetryPreview> {
  const store = readOnly(deps.store);
  const filter = filterOf(selection, deps.clock.now());
  const total = await store.syncHistory.count(tenantId, filter);
  const shown: Shown[] = [];
  for (let after = ''; shown.length < mostLooked;) {
    const heads = await store.syncHistory.walk({ tenantId, filter, after, limit: partSize });
    if (heads.length === 0) break;
    shown.push(...(await lookAt(heads, asked, { ...deps, store, view })));
    after = heads.at(-1)?.syncId ?? after;
  }
  return { total, looked: shown.length, counts: countsOf(shown), sample: sampleOf(shown) };
}

async function lookAt(
  heads: readonly HistoryHead[],
  asked: Asked,
  deps: PreviewDeps & { view: CatalogView },
): Promise<Shown[]> {
  const { store, view } = deps;
  const steps = await stepsOf(heads, asked, { store, view });
  const decided = steps.flatMap((step) => (step.do === 'decide' ? step : []));
  const located = await locate(
    store,
    decided.map(({ input }) => input),
    deps.clock.now(),
  );
  const around = { ...deps, references: createReferences(store, view), bodies: new Bodies(store) };
  const fold = new Fold({ ...around, random: () => 0.5, crmRevision: () => Promise.resolve(0) });
  const shown = new Map<Step, Shown>();
  for (const one of located.values()) {
    let state = startState(one);
    for (const { at, input } of one.inputs) {
      const step = decided[at];
      const folded = await fold.run(state, [input]);
      if (step !== undefined) shown.set(step, shownOf(step.head, { folded, view }));
      state = folded.state;
    }
  }
  return steps.map((step) => shown.get(step) ?? withoutRow(step));
}

function shownOf(
  { syncId, source, streamId }: HistoryHead,
  { folded, view }: { folded: Folded; view: CatalogView },
): Shown {
  const of = { syncId, dataId: source.dataId };
  const [reply] = folded.replies;
  if (reply?.ok === false) return skipped(of, reply.code ?? reply.why, reply.message);
  if (folded.results[0]?.result === 'reread') return without(of, 'asked');
  const stream = view.stream(streamId);
  const change = folded.state.current?.change;
  if (stream === undefined || change === undefined) return endedOf(of, folded);
  const described = describe({ change, stream, view, folded, atRest: folded, parts: null });
  const { outcome, reason, destId, request } = described;
  return { ...of, outcome, reason, destId, request };
}

type Named = Pick<Shown, 'syncId' | 'dataId'>;

function endedOf(of: Named, { effects }: Folded): Shown {
  const ended = effects.flatMap((effect) => (effect.kind === 'outcome' ? effect.outcome : [])).at(-1);
  const { code, message } = ended?.failure ?? { code: 'ended', message: '' };
  const outcome = ended?.status === syncStatus.failed ? 'failed' : 'skipped';
  return { ...without(of, outcome), reason: { code, message } };
}

function without(of: Named, outcome: string): Shown {
  return { ...of, outcome, reason: null, destId: null, request: null };
}

function skipped(of: Named, code: string, message: string): Shown {
  return { ...without(of, 'skipped'), reason: { code, message } };
}

function withoutRow(step: Step): Shown {
  const { syncId, source } = step.head;
  const of = { syncId, dataId: source.dataId };
  if (step.do === 'leave') return skipped(of, step.code, step.message);
  if (step.do === 'decide') return skipped(of, 'no-record', 'nothing is known of the record any more');
  return without(of, step.do === 'ask' ? 'asked' : 'adapted');
}

function countsOf(shown: readonly Shown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome, reason } of shown) {
    const name = reason === null ? outcome : `${outcome}: ${reason.code}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Some of each kind, so that a rare one is seen, too. */
function sampleOf(shown: readonly Shown[]): Shown[] {
  const kinds = new Map<string, Shown[]>();
  for (const one of shown) {
    const kind = `${one.outcome} ${one.reason?.code ?? ''}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  const each = Math.max(1, Math.floor(mostShown / Math.max(1, kinds.size)));
  return [...kinds.values()].flatMap((some) => some.slice(0, each)).slice(0, mostShown);
}
