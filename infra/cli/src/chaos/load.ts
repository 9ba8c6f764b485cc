import { setTimeout as sleep } from 'node:timers/promises';
import { otherSide, type Side } from '@syncline/contract';
import type { Draw } from './draw.ts';
import type { People } from './people.ts';
import { newThing, nextAct, type Act, type Thing } from './thing.ts';

const workers = 6;
/** Share of acts that make a new record, until there are enough. */
const newShare = 0.3;
const mostThings = 1_500;
const lookEveryMs = 3_000;
/** The poller asks again for the last 30 s: a transaction that was committed later than that would be missed. */
const latestCommitMs = 12_000;

/** People of both sides at work: many records, and some that are edited again and again. */
export class Load {
  readonly things: Thing[] = [];
  readonly counts: Record<string, number> = {};
  readonly #people: People;
  readonly #draw: Draw;

  constructor(people: People, draw: Draw) {
    this.#people = people;
    this.#draw = draw;
  }

  /** Works until `signal` aborts. */
  async run(editsPerSecond: number, signal: AbortSignal): Promise<void> {
    const pauseMs = (1000 * workers) / editsPerSecond;
    const work = async (): Promise<void> => {
      while (!signal.aborted) {
        const began = performance.now();
        await this.#actOnce();
        const leftMs = pauseMs * (0.5 + this.#draw.share()) - (performance.now() - began);
        await sleep(Math.max(1, leftMs), undefined, { signal }).catch(() => undefined);
      }
    };
    await Promise.all([...Array.from({ length: workers }, work), this.#lookForCounterparts(signal)]);
  }

  async #actOnce(): Promise<void> {
    const thing = this.#choose();
    if (thing.isBusy) return;
    thing.isBusy = true;
    const act = await this.#actOn(thing).catch(() => {
      // The sandbox was killed or does not answer: what it took of the edit is in its ledger.
      thing.isUncertain = true;
      return 'without answer';
    });
    thing.isBusy = false;
    this.#count(act);
  }

  #choose(): Thing {
    const { things } = this;
    if (things.length < 8 || (things.length < mostThings && this.#draw.share() < newShare)) {
      const thing = newThing(this.#draw, things.length + 1);
      thing.ids[thing.bornOn] = `own-${thing.key}`;
      things.push(thing);
      return thing;
    }
    const hot = things.filter(({ isHot }) => isHot).slice(-12);
    return this.#draw.oneOf(hot.length > 0 && this.#draw.share() < 0.5 ? hot : things);
  }

  async #actOn(thing: Thing): Promise<string> {
    const { kind, bornOn, ids } = thing;
    if (thing.isUncertain || thing.edits[bornOn] === 0) {
      const there = await this.#people.look(kind, bornOn, ids[bornOn]);
      if (there === null) return this.#create(thing);
      thing.isVoided = there.isVoided;
      thing.isUncertain = false;
    }
    const act = nextAct(this.#draw, thing);
    await this.#perform(thing, act);
    return `${act} of a ${thing.isShared ? 'shared ' : ''}${kind}`;
  }

  async #create(thing: Thing): Promise<string> {
    const { kind } = thing;
    const named = kind === 'order' ? this.#nameCustomer() : '';
    if (named === null) return 'nothing';
    await this.#people.create(thing, named);
    thing.isUncertain = false;
    return `create of a ${thing.isShared ? 'shared ' : ''}${kind}`;
  }

  /** One of the newest customers, whose own creation is often still under way; null when there is none. */
  #nameCustomer(): string | null {
    const customers = this.things.filter(
      ({ kind, bornOn, edits, isVoided, isUncertain, isBusy }) =>
        kind === 'customer' && bornOn === 'crm' && edits.crm > 0 && !isVoided && !isUncertain && !isBusy,
    );
    if (customers.length === 0) return null;
    const customer = this.#draw.oneOf(customers.slice(-8));
    customer.isNamed = true;
    return customer.ids.crm;
  }

  async #perform(thing: Thing, act: Act): Promise<void> {
    const people = this.#people;
    switch (act) {
      case 'turn':
        thing.turn = otherSide(thing.turn);
        thing.turnsLeft -= 1;
        return people.edit(thing, thing.turn, 'update');
      case 'edit':
        return people.edit(thing, thing.turn, 'update', this.#lateness(thing));
      case 'edit-both':
        thing.turnsLeft -= 1;
        await Promise.all([people.edit(thing, 'crm', 'update'), people.edit(thing, 'erp', 'update')]);
        return;
      case 'recover':
        await people.edit(thing, thing.turn, 'recover');
        thing.isVoided = false;
        return;
      case 'void':
        await people.void(thing, thing.turn);
        thing.isVoided = true;
        return;
      case 'add-row':
        return people.editRow(thing, thing.turn, null);
      case 'edit-row':
        return this.#editRow(thing, thing.turn);
    }
  }

  async #editRow(thing: Thing, side: Side): Promise<void> {
    const there = await this.#people.look(thing.kind, side, thing.ids[side]);
    const rowIds = [...(there?.rowIds.values() ?? [])];
    if (rowIds.length > 0) await this.#people.editRow(thing, side, this.#draw.oneOf(rowIds));
  }

  /** A transaction that says it is from earlier than it is seen. */
  #lateness({ isPushed, turn }: Thing): number {
    return turn === 'erp' && !isPushed && this.#draw.share() < 0.2
      ? this.#draw.between(1, latestCommitMs)
      : 0;
  }

  /** People of the other side find what the sync made there. */
  async #lookForCounterparts(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
      for (const side of ['crm', 'erp'] as const) {
        const ids = await this.#people.customers(side).catch(() => new Map<string, string>());
        for (const thing of this.things)
          if (thing.isShared && thing.ids[side] === '') thing.ids[side] = ids.get(thing.key) ?? '';
      }
    }
  }

  #count(act: string): void {
    this.counts[act] = (this.counts[act] ?? 0) + 1;
  }
}
