import { createHash } from 'node:crypto';
import {
  isJsonObject,
  maxInlineBodyBytes,
  parseJson,
  stringifyJson,
  type RecordData,
  type Side,
} from '@syncline/contract';
import type { Store } from '@syncline/store';
import { createLoader } from './loader.ts';
import type { Body, Change } from './change.ts';
import type { Current } from './current.ts';
import type { Effect, PairState } from './pair.ts';

/** Bodies over 64 KiB stand in a collection of their own; rows and history refer to them (design, "Consumers"). */
export class Bodies {
  private readonly store: Pick<Store, 'bodies'>;
  private readonly texts = new Map<string, string>();
  private readonly load: (id: string) => Promise<string | undefined>;

  constructor(store: Pick<Store, 'bodies'>) {
    this.store = store;
    this.load = createLoader((ids) => store.bodies.getMany(ids));
  }

  /** @throws Error when the body is not in the store any more */
  async read(body: Body): Promise<RecordData> {
    if ('record' in body) return body.record;
    const text = this.texts.get(body.ref) ?? (await this.load(body.ref));
    const record = text === undefined ? null : parseJson(text);
    if (!isJsonObject(record)) throw new BodyGone(body.ref);
    return record as unknown as RecordData;
  }

  /** The state with its big bodies replaced by references; `flush` stores them. */
  putAside(state: PairState): PairState {
    const replaced = new Map<Body, Body>();
    const aside = (body: Body): Body => {
      const known = replaced.get(body) ?? this.aside(body);
      replaced.set(body, known);
      return known;
    };
    const change = (one: Change): Change => {
      const body = aside(one.body);
      return body === one.body ? one : { ...one, body };
    };
    return {
      ...state,
      current: state.current === null ? null : currentAside(state.current, aside, change),
      waiting: mapSides(state.waiting, change),
      failed: mapSides(state.failed, change),
      overtaken: mapSides(state.overtaken, change),
      outbox: state.outbox.map((effect) => effectAside(effect, aside, change)),
    };
  }

  private aside(body: Body): Body {
    if ('ref' in body) return body;
    const text = stringifyJson(body.record);
    if (text.length <= maxInlineBodyBytes) return body;
    const ref = createHash('sha256').update(text).digest('hex');
    this.texts.set(ref, text);
    return { ref };
  }

  /** Stores what was put aside; to be called before the rows that refer to it are written. */
  async flush(): Promise<void> {
    if (this.texts.size === 0) return;
    await this.store.bodies.put([...this.texts].map(([id, text]) => ({ id, text })));
  }
}

type Aside = (body: Body) => Body;
type ChangeAside = (change: Change) => Change;

function currentAside(current: Current, aside: Aside, change: ChangeAside): Current {
  const next: Current = { ...current, change: change(current.change) };
  if ('write' in next) return { ...next, write: { ...next.write, body: aside(next.write.body) } };
  if (next.phase !== 'reread' || next.aside === null) return next;
  return { ...next, aside: { ...next.aside, change: change(next.aside.change) } };
}

function mapSides(bySide: Partial<Record<Side, Change>>, change: ChangeAside): Partial<Record<Side, Change>> {
  return Object.fromEntries(Object.entries(bySide).map(([side, one]) => [side, change(one)]));
}

function effectAside(effect: Effect, aside: Aside, change: ChangeAside): Effect {
  if (effect.kind === 'forward') return { ...effect, change: change(effect.change) };
  if (effect.kind === 'after') return { ...effect, body: aside(effect.body) };
  if (effect.kind !== 'history') return effect;
  const events = effect.events.map((event) =>
    event.body === undefined ? event : { ...event, body: aside(event.body) },
  );
  return { ...effect, events };
}

/** A body that was kept for as long as bodies are kept. */
export class BodyGone extends Error {
  override readonly name = 'BodyGone';

  constructor(ref: string) {
    super(`the stored body ${ref} is gone; ask the source for the record again`);
  }
}
