import type { DataCenter } from '@syncline/catalog';
import { systemTimer, type Timer } from './timer.ts';

type PaceSettings = Pick<DataCenter, 'concurrency' | 'requestsPerSecond'>;

export type Entry =
  /** `leave` must be called when the request is over */
  { entered: true; leave(): void } | { entered: false; retryAfterMs: number };

export interface Pace {
  /** Waits for its turn, at most 5 s; what would wait longer is not taken. */
  enter(): Promise<Entry>;
  readonly running: number;
  readonly waiting: number;
  /** after a change of the configuration */
  update(dataCenter: PaceSettings): void;
}

export interface PaceOptions {
  dataCenter: PaceSettings;
  /** this process has one part in so many of the data center's pace; asked each time */
  share(): number;
  /**
   * Requests that may wait here for long. Those beyond it are taken only if their turn comes almost at once, so that a
   * slow data center does not fill the room that all data centers of the process share.
   */
  waitingRoom?(): number;
  timer?: Timer;
}

/** design, "One pace per ERP": a write that would wait longer goes back to mapping as deferred. */
const maxWaitMs = 5_000;
const maxCrowdedWaitMs = 500;
const sweepMs = 250;

/** A bucket this deep evens out timers; more would break a strict ERP's limit at the seam of two seconds. */
const burstSeconds = 0.1;

/**
 * Pushers and pollers call the same ERP and know nothing of each other's requests: each kind has a part of its limits.
 * The greater one is the pushers', as a poll brings many records with one request.
 */
export const paceParts = { pushers: 0.75, pollers: 0.25 } as const;

interface Waiter {
  since: number;
  resolve(entry: Entry): void;
}

/** Concurrency and rate of one data center, first come, first served. */
class DataCenterPace implements Pace {
  readonly #options: PaceOptions;
  readonly #timer: Timer;
  readonly #queue: Waiter[] = [];
  readonly #startedAt = new Set<{ at: number }>();
  #settings: PaceSettings;
  #tokens = 1;
  #filledAt: number;
  /** smoothed; how long a request lately took */
  #serviceMs = 0;
  #cancelTick: (() => void) | null = null;
  #tickAt = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#timer = options.timer ?? systemTimer;
    this.#settings = options.dataCenter;
    this.#filledAt = this.#timer.now();
  }

  get running(): number {
    return this.#startedAt.size;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  enter(): Promise<Entry> {
    if (this.#queue.length === 0 && this.#mayStart()) return Promise.resolve(this.#begin());
    const expectedMs = this.#expectedWaitMs(this.#queue.length + 1);
    if (expectedMs > this.#limitMs(this.#queue.length)) {
      return Promise.resolve({ entered: false, retryAfterMs: expectedMs });
    }
    return new Promise((resolve) => {
      this.#queue.push({ since: this.#timer.now(), resolve });
      this.#scheduleTick();
    });
  }

  update(dataCenter: PaceSettings): void {
    this.#settings = dataCenter;
    this.#pump();
  }

  get #slots(): number {
    // A hair under a whole slot is rounding.
    return Math.max(1, Math.floor(this.#settings.concurrency / this.#options.share() + 1e-9));
  }

  get #perSecond(): number | null {
    const { requestsPerSecond } = this.#settings;
    return requestsPerSecond === null ? null : requestsPerSecond / this.#options.share();
  }

  #limitMs(ahead: number): number {
    return ahead < (this.#options.waitingRoom?.() ?? Infinity) ? maxWaitMs : maxCrowdedWaitMs;
  }

  #mayStart(): boolean {
    return this.running < this.#slots && this.#msToToken() === 0;
  }

  #msToToken(): number {
    const perSecond = this.#perSecond;
    if (perSecond === null) return 0;
    const now = this.#timer.now();
    const depth = Math.max(1, perSecond * burstSeconds);
    this.#tokens = Math.min(depth, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
    this.#filledAt = now;
    // A hair under a whole token is rounding, not a reason for another timer.
    return this.#tokens >= 1 - 1e-9 ? 0 : ((1 - this.#tokens) / perSecond) * 1000;
  }

  #begin(): Entry {
    if (this.#perSecond !== null) this.#tokens -= 1;
    const start = { at: this.#timer.now() };
    this.#startedAt.add(start);
    return {
      entered: true,
      leave: () => {
        if (!this.#startedAt.delete(start)) return;
        const tookMs = this.#timer.now() - start.at;
        this.#serviceMs = this.#serviceMs === 0 ? tookMs : this.#serviceMs * 0.9 + tookMs * 0.1;
        this.#pump();
      },
    };
  }

  #pump(): void {
    while (this.#queue.length > 0 && this.#mayStart()) this.#queue.shift()?.resolve(this.#begin());
    this.#scheduleTick();
  }

  /** How long the one at this place in the queue, from 1, will wait as far as can be known. */
  #expectedWaitMs(place: number): number {
    const perSecond = this.#perSecond;
    const byRate = perSecond === null ? 0 : ((place - this.#tokens) / perSecond) * 1000;
    return Math.max(byRate, (place / this.#slots) * this.#currentServiceMs());
  }

  /** What requests take now: when all slots are held, those that hold them tell sooner than those that ended. */
  #currentServiceMs(): number {
    if (this.running < this.#slots) return this.#serviceMs;
    const now = this.#timer.now();
    let agesMs = 0;
    for (const { at } of this.#startedAt) agesMs += now - at;
    return Math.max(this.#serviceMs, agesMs / this.running);
  }

  #scheduleTick(): void {
    if (this.#queue.length === 0) {
      this.#cancelTick?.();
      this.#cancelTick = null;
      return;
    }
    const toTokenMs = this.running < this.#slots ? this.#msToToken() : sweepMs;
    const ms = Math.min(sweepMs, Math.max(1, toTokenMs));
    const at = this.#timer.now() + ms;
    if (this.#cancelTick !== null && this.#tickAt <= at) return;
    this.#cancelTick?.();
    this.#tickAt = at;
    this.#cancelTick = this.#timer.schedule(() => this.#tick(at), ms);
  }

  #tick(dueAt: number): void {
    this.#cancelTick = null;
    // If this very process stood still, its requests only look old: their answers may be waiting to be read.
    if (this.#timer.now() - dueAt < sweepMs) this.#sweep();
    this.#pump();
  }

  /** Gives back those who have waited too long, and from the end those who will. */
  #sweep(): void {
    const now = this.#timer.now();
    while (this.#queue[0] !== undefined && now - this.#queue[0].since >= maxWaitMs) {
      this.#queue
        .shift()
        ?.resolve({ entered: false, retryAfterMs: this.#expectedWaitMs(this.#queue.length + 1) });
    }
    for (let place = this.#queue.length; place > 0; place = this.#queue.length) {
      const retryAfterMs = this.#expectedWaitMs(place);
      if (retryAfterMs <= this.#limitMs(place - 1)) break;
      this.#queue.pop()?.resolve({ entered: false, retryAfterMs });
    }
  }
}

export function createPace(options: PaceOptions): Pace {
  return new DataCenterPace(options);
}
