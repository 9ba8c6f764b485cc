import { randomUUID } from 'node:crypto';
import type { CatalogView } from '@syncline/catalog';
import type { Clock, Logger } from '@syncline/chassis';
import type { Evaluator } from '@syncline/functions';
import { MessageTooLarge, type Outgoing, type Producer } from '@syncline/kafka';
import type { Store } from '@syncline/store';
import type { Addressed } from './addressed.ts';
import { afterHooksOf } from './after-hooks.ts';
import { Bodies } from './bodies.ts';
import { countFates, fatesOfLost } from './count-fates.ts';
import type { Reply } from './decide/facts.ts';
import { historyOf, messagesOf, neededBodies, taskFailuresOf, type ToProduce } from './effects.ts';
import { Fold, type Folded } from './fold.ts';
import { locate, startState, type Located } from './locate.ts';
import { countInput } from './metrics.ts';
import { pairStreams } from './pair-facts.ts';
import type { RunHook } from './read-hooked.ts';
import type { Effect, PairState } from './pair.ts';
import { Produced } from './produced.ts';
import { createReferences, type References } from './references.ts';
import { stateText, toRow } from './rows.ts';
import {
  addSideDocuments,
  removeSideDocuments,
  sideDocumentsOf,
  wakeKeys,
  type Changed,
  type SideDocuments,
} from './side-documents.ts';
import { States } from './states.ts';
import { takenByMatch } from './taken-by-match.ts';

export interface CarryOutDependencies {
  store: Store;
  producer: Producer;
  evaluator: Pick<Evaluator, 'evaluate'>;
  catalog: { view(): CatalogView };
  logger: Logger;
  clock: Clock;
  random: () => number;
  /** see `Facts`; absent: nothing was restored */
  syncsFrom?: () => number;
  /** absent: a change of a stream with hooks cannot be decided */
  runHook?: RunHook | undefined;
  /** takes rows that have something to look at now; they may be dropped, as every wait is due by itself too */
  wake(rowIds: readonly string[]): void;
}

/** What became of one input: done, perhaps with an answer, or a fault of ours that would come again. */
export type Carried = { ok: true; reply: Reply | undefined } | { ok: false; error: unknown };

/** Two instances may hold an event and a result of one pair; the loser decides again, this often. */
const mostRounds = 20;

interface Work extends Changed {
  located: Located;
  folded: Folded;
  /** effects of an earlier write that nobody is known to have produced, and the new ones */
  effects: Effect[];
}

type Decided = Omit<Work, 'stated'>;

/** An input that is to be carried out, and its place among the answers, -1 for none. */
interface Open {
  one: Addressed;
  at: number;
}

/** What was stated for rows that another writer took, by row. */
type Stated = Map<string, SideDocuments[]>;

/** What one reading and writing of rows left to do. */
interface Round {
  again: Open[];
  forwarded: Addressed[];
  /** rows with a change for another row: those effects are produced once that one is written */
  forwarders: PairState[];
}

/**
 * Carries a batch of inputs out: rows read together, decided, written together with compare-and-set, and only then their
 * effects produced (design, "Nothing is lost between store and broker").
 */
export class CarryOut {
  private readonly deps: CarryOutDependencies;
  private readonly produced = new Produced();
  private readonly states = new States();

  constructor(deps: CarryOutDependencies) {
    this.deps = deps;
  }

  /**
   * @returns one answer for each input, in order
   * @throws when the store or the broker does not take part; nothing is lost then, all of it may be carried out again
   */
  async run(addressed: readonly Addressed[]): Promise<Carried[]> {
    const answers: Carried[] = addressed.map(() => ({ ok: true, reply: undefined }));
    let open: Open[] = addressed.map((one, at) => ({ one, at }));
    const stated: Stated = new Map();
    const forwarders: PairState[] = [];
    for (let rounds = 0; open.length > 0; rounds += 1) {
      if (rounds === mostRounds) throw new Error('other writers change the same rows all the time');
      const round = await this.round(open, answers, stated);
      forwarders.push(...round.forwarders);
      open = [...round.again, ...round.forwarded.map((one) => ({ one, at: -1 }))];
    }
    this.noteProduced(forwarders);
    return answers;
  }

  private async round(open: readonly Open[], answers: Carried[], stated: Stated): Promise<Round> {
    const { store, clock } = this.deps;
    const addressed = open.map(({ one }) => one);
    const crmRevision = this.revisionFor(addressed);
    const located = await locate(store, addressed, clock.now());
    const bodies = new Bodies(store);
    const references = createReferences(store, this.deps.catalog.view());
    const fold = new Fold({
      ...this.deps,
      view: this.deps.catalog.view(),
      bodies,
      references,
      crmRevision,
    });
    const decided = await this.decideAll(located, fold, bodies, (place, answer) => {
      const at = open[place]?.at ?? -1;
      if (at >= 0) answers[at] = answer;
    });
    const works = decided.map((work) => ({ ...work, stated: stated.get(work.after.id) ?? [] }));
    const lostIds = await this.write(works, bodies);
    const won = works.filter(({ after }) => !lostIds.has(after.id));
    const lost = works.filter(({ after }) => lostIds.has(after.id));
    for (const work of lost) stated.set(work.after.id, [...work.stated, sideDocumentsOf(work.after)]);
    const isDecided = new Set(decided.flatMap(({ located: { inputs } }) => inputs.map(({ at }) => at)));
    const fates = [
      ...won.flatMap(({ folded }) => folded.fates),
      ...fatesOfLost(addressed, located, isDecided),
    ];
    await Promise.all([this.finish(won, bodies, references), countFates(fates, this.deps)]);
    this.noteProduced(won.filter((work) => !isForwarding(work)).map(({ after }) => after));
    return {
      again: lost.flatMap((work) => decideAgain(work, open)),
      forwarded: won.flatMap(({ effects }) => effects.flatMap(toForward)),
      forwarders: won.filter(isForwarding).map(({ after }) => after),
    };
  }

  /** Drawn beside the reading of the rows where the CRM will hardly not be written to, else when a decision asks for it. */
  private revisionFor(addressed: readonly Addressed[]): () => Promise<number> {
    let drawn: Promise<number> | null = null;
    // Each input is about one row at most.
    const draw = () => (drawn ??= this.deps.store.counters.take('crmRevision', addressed.length));
    if (addressed.some(comesFromErp)) draw().catch(noop);
    return draw;
  }

  private noteProduced(rows: readonly PairState[]): void {
    for (const { id, version } of rows) this.produced.note(id, version);
  }

  private async decideAll(
    located: ReadonlyMap<string, Located>,
    fold: Fold,
    bodies: Bodies,
    answer: (place: number, carried: Carried) => void,
  ): Promise<Decided[]> {
    const works = await Promise.all(
      [...located.values()].map(async (one): Promise<Decided | null> => {
        try {
          const work = await this.decideOne(one, fold, bodies);
          one.inputs.forEach(({ at }, i) => answer(at, { ok: true, reply: work.folded.replies[i] }));
          return work;
        } catch (error) {
          if (isOutage(error)) throw error;
          // A fault of ours: these inputs end as dead letters, the others of the batch go on.
          this.deps.logger.error('a change could not be decided', { error, rowId: one.row?.id });
          for (const { at } of one.inputs) answer(at, { ok: false, error });
          return null;
        }
      }),
    );
    return works.filter((work) => work !== null);
  }

  private async decideOne(located: Located, fold: Fold, bodies: Bodies): Promise<Decided> {
    const start = startState(located, this.states);
    const before = located.row === null ? null : start;
    const unproduced = this.produced.has(start.id, start.version) ? [] : start.outbox;
    const folded = await fold.run(
      start,
      located.inputs.map(({ input }) => input),
    );
    for (const { kind, result } of folded.results) countInput(kind, result);
    const decided = bodies.putAside({ ...folded.state, outbox: folded.effects });
    const isNews =
      folded.effects.length > 0 || (before === null ? !isRefused(folded) : !isSame(before, decided));
    const after = { ...decided, version: start.version + (isNews ? 1 : 0) };
    const unrepeatable = located.inputs.some(({ comesAgain }) => !comesAgain);
    return { located, folded, before, after, effects: [...unproduced, ...after.outbox], unrepeatable };
  }

  /** Everything that must stand before the effects: bodies, what wakes the rows, and the rows. */
  private async write(works: readonly Work[], bodies: Bodies): Promise<Set<string>> {
    const { store, clock } = this.deps;
    const changed = works.filter(({ before, after }) => (before?.version ?? 0) !== after.version);
    // What a loser of an earlier round stated may stand in place of what the row wants.
    const stating = works.filter((work) => changed.includes(work) || work.stated.length > 0);
    if (stating.length === 0) return new Set();
    await bodies.flush();
    await addSideDocuments(store, stating, clock.now());
    const taken = await takenByMatch(changed, { store, view: this.deps.catalog.view() });
    const writing = changed.filter(({ after }) => !taken.has(after.id));
    const rows = writing.map(({ after }) => toRow(after));
    const lostIds = await store.mappingRows.compareAndSet(rows, randomUUID());
    rows.forEach((row, i) => {
      const work = writing[i];
      if (work !== undefined && !lostIds.has(row.id)) this.states.keep(row, work.after);
    });
    return new Set([...lostIds, ...taken]);
  }

  private async finish(won: readonly Work[], bodies: Bodies, references: References): Promise<void> {
    const { store, producer } = this.deps;
    const view = this.deps.catalog.view();
    const toProduce = won
      .filter(({ effects }) => effects.length > 0)
      .map(({ after, effects }): ToProduce => ({
        state: after,
        effects,
        pair: pairStreams(view, after).pair,
      }));
    const refs = [...new Set(toProduce.flatMap(neededBodies))];
    const records = new Map(
      await Promise.all(refs.map(async (ref) => [ref, await bodies.read({ ref })] as const)),
    );
    await Promise.all([
      store.syncHistory.write(toProduce.flatMap(historyOf)),
      store.historyFailures.add(toProduce.flatMap(taskFailuresOf)),
      store.afterHooks.add(toProduce.flatMap(afterHooksOf)),
      this.publish(
        producer,
        toProduce.flatMap((one) => messagesOf(one, records)),
      ),
    ]);
    await Promise.all([removeSideDocuments(store, won), this.wakeOthers(won, references)]);
  }

  private async publish(producer: Producer, messages: Outgoing[]): Promise<void> {
    if (messages.length === 0) return;
    try {
      await producer.publish(messages);
    } catch (error) {
      if (!(error instanceof MessageTooLarge)) throw error;
      // One that no topic takes must not hold the others back: its sync is due again and shows in flight until then.
      this.deps.logger.error('a message is too large for its topic', { error });
      for (const message of messages) await publishUnlessTooLarge(producer, message);
    }
  }

  private async wakeOthers(won: readonly Work[], references: References): Promise<void> {
    const keys = won.flatMap(wakeKeys);
    const waiting =
      keys.length === 0 ? new Map<string, string[]>() : await this.deps.store.waits.waitingFor(keys);
    const woken = new Set([...waiting.values()].flat());
    // The wait was stored first; if what it waits for came in between, nobody else wakes it.
    const parked = won.filter(({ after }) => after.current?.phase === 'parked');
    const settled = await settledKeys(parked, references);
    for (const { after } of parked) {
      if (after.current?.phase === 'parked' && after.current.keys.some(({ key }) => settled.has(key)))
        woken.add(after.id);
    }
    if (woken.size > 0) this.deps.wake([...woken]);
  }
}

function isForwarding({ effects }: Work): boolean {
  return effects.some(({ kind }) => kind === 'forward');
}

function comesFromErp(one: Addressed): boolean {
  if (one.kind === 'record') return one.side === 'erp';
  return one.kind === 'row' && one.input.kind === 'change' && one.input.change.side === 'erp';
}

function noop(): void {
  // told by whoever waits for it
}

/** The loser's inputs are decided again; and the row is looked at, also if none of them leads to it any more. */
function decideAgain({ located, after }: Work, open: readonly Open[]): Open[] {
  const inputs = located.inputs.flatMap(({ at }) => open[at] ?? []);
  return [...inputs, { one: { kind: 'row', rowId: after.id, input: { kind: 'wake' } }, at: -1 }];
}

function settledKeys(parked: readonly Work[], references: References): Promise<Set<string>> {
  const keys = parked.flatMap(({ after }) => (after.current?.phase === 'parked' ? after.current.keys : []));
  return keys.length === 0
    ? Promise.resolve(new Set())
    : references.settled([...new Set(keys.map(({ key }) => key))]);
}

async function publishUnlessTooLarge(producer: Producer, message: Outgoing): Promise<void> {
  try {
    await producer.publish([message]);
  } catch (error) {
    if (!(error instanceof MessageTooLarge)) throw error;
  }
}

function toForward(effect: Effect): Addressed[] {
  if (effect.kind !== 'forward') return [];
  const change = { ...effect.change, syncId: '' };
  return [{ kind: 'row', rowId: effect.rowId, input: { kind: 'change', change } }];
}

/** Nothing has happened to a pair of which all that was asked was refused: it gets no row. */
function isRefused({ replies }: Folded): boolean {
  return replies.every((reply) => reply?.ok === false);
}

/** Apart from the time it was last looked at. */
function isSame(before: PairState, after: PairState): boolean {
  return (
    stateText({ ...before, updatedAt: 0, outbox: [] }) === stateText({ ...after, updatedAt: 0, outbox: [] })
  );
}

/** The store or the broker is away: everything may come again. Anything else is a fault that would come again too. */
function isOutage(error: unknown): boolean {
  const passing = ['StoreUnavailable', 'EvaluatorBusy', 'SandboxUnavailable'];
  return error instanceof Error && (passing.includes(error.name) || error.name.startsWith('Mongo'));
}
