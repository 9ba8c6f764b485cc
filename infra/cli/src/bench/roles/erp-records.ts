import { sharedNow } from '../clock.ts';

/** When all that was sent has arrived: so many keys, each with a change from `finalFrom` on. */
export interface Expected {
  keys: number;
  finalFrom: number;
}

/** What the ERP saw since `begin`. */
export interface Told {
  calls: number;
  creates: number;
  /** creates of a key that was there already */
  doubled: number;
  /** calls whose change is older than one before of the same key */
  outOfOrder: number;
  /** keys that have their last change */
  finished: number;
  /** when the last key got its last change */
  finishedAt: number | null;
}

interface Seen {
  created: boolean;
  seq: number;
  firstAt: number;
}

interface Body {
  masterFieldVal: { FNumber: string; FSeq: number; FCUSTID?: string };
}

/** The records of an ERP, as far as a benchmark has to know them. */
export class Records {
  #seen = new Map<string, Seen>();
  #expected: Expected = { keys: 0, finalFrom: 0 };
  #told = nothing();

  begin(expected: Expected): void {
    this.#seen = new Map();
    this.#expected = expected;
    this.#told = nothing();
  }

  told(): Told {
    return this.#told;
  }

  arrivals(): [key: string, at: number][] {
    return [...this.#seen].map(([key, { firstAt }]) => [key, firstAt]);
  }

  create(body: Buffer): string {
    return this.#take(body, true);
  }

  update(body: Buffer): string {
    return this.#take(body, false);
  }

  #take(body: Buffer, isCreate: boolean): string {
    const { FNumber: key, FSeq: seq } = (JSON.parse(body.toString('utf8')) as Body).masterFieldVal;
    const seen = this.#seen.get(key) ?? { created: false, seq: -1, firstAt: sharedNow() };
    this.#seen.set(key, seen);
    this.#told.calls += 1;
    if (isCreate) {
      this.#told.creates += 1;
      if (seen.created) this.#told.doubled += 1;
      seen.created = true;
    }
    if (seq < seen.seq) this.#told.outOfOrder += 1;
    else this.#advance(seen, seq);
    return `{"code":"0","message":"success","data":{"masterDataId":"E-${key}","detailDataIds":{}}}`;
  }

  #advance(seen: Seen, seq: number): void {
    const { finalFrom, keys } = this.#expected;
    if (seen.seq < finalFrom && seq >= finalFrom) {
      this.#told.finished += 1;
      if (this.#told.finished === keys) this.#told.finishedAt = sharedNow();
    }
    seen.seq = seq;
  }
}

function nothing(): Told {
  return { calls: 0, creates: 0, doubled: 0, outOfOrder: 0, finished: 0, finishedAt: null };
}
