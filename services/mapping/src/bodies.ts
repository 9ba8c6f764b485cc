import { createHash } from 'node:crypto';
import {
  isJsonObject,
  maxInlineBodyBytes,
  parseJson,
  stringifyJson,
  type RecordData,
} from '@syncline/contract';
import type { Store } from '@syncline/store';
import { createLoader } from './loader.ts';
import type { Body, Change, PairState } from './pair.ts';

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
    const { current, waiting, failed } = state;
    const replaced = new Map<Body, Body>();
    const aside = (body: Body): Body => {
      const known = replaced.get(body) ?? this.aside(body);
      replaced.set(body, known);
      return known;
    };
    const asideChange = (change: Change): Change => {
      const body = aside(change.body);
      return body === change.body ? change : { ...change, body };
    };
    const next: PairState = { ...state, waiting: { ...waiting }, failed: { ...failed } };
    if (current !== null) next.current = { ...current, change: asideChange(current.change) };
    if (next.current !== null && 'write' in next.current) {
      next.current = {
        ...next.current,
        write: { ...next.current.write, body: aside(next.current.write.body) },
      };
    }
    for (const side of ['crm', 'erp'] as const) {
      if (waiting[side] !== undefined) next.waiting[side] = asideChange(waiting[side]);
      if (failed[side] !== undefined) next.failed[side] = asideChange(failed[side]);
    }
    next.outbox = state.outbox.map((effect) =>
      effect.kind === 'history'
        ? {
            ...effect,
            events: effect.events.map((event) =>
              event.body === undefined ? event : { ...event, body: aside(event.body) },
            ),
          }
        : effect.kind === 'forward'
          ? { ...effect, change: asideChange(effect.change) }
          : effect,
    );
    return next;
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

/** A body that was kept for as long as bodies are kept. */
export class BodyGone extends Error {
  override readonly name = 'BodyGone';

  constructor(ref: string) {
    super(`the stored body ${ref} is gone; ask the source for the record again`);
  }
}
