import type { DataCenter } from '@syncline/catalog';
import type { ErpWriteOutcome } from '@syncline/contract';
import {
  createBreaker,
  createPace,
  type Breaker,
  type ErpFailure,
  type Health,
  type Pace,
} from '@syncline/erp';
import { measureCall, showBreaker } from './metrics.ts';

export type Deferred = Extract<ErpWriteOutcome, { kind: 'deferred' }>;

type Reply = { ok: true } | { ok: false; failure: ErpFailure };

/** Makes the one request that a passage is for; what comes of it goes to breaker and metrics. */
export type Ask = <T extends Reply>(call: () => Promise<T>) => Promise<T>;

/** The one way to a data center's ERP: every request of this process passes here. */
export interface Gate {
  /**
   * Runs `visit` when breaker and pace allow it; else says when to come again, and nothing was sent.
   * @param visit may end without having asked
   */
  pass<T extends object>(operation: string, visit: (ask: Ask) => Promise<T>): Promise<T | Deferred>;
}

export function isDeferred(value: object): value is Deferred {
  return 'kind' in value && value.kind === 'deferred';
}

/** Deferred writes of one data center come back at most this far apart from each other, whatever the breaker says. */
const returnGapMs = 10;
const maxReturnMs = 10 * 60_000;

class DataCenterGate implements Gate {
  readonly #name: string;
  readonly #pace: Pace;
  readonly #breaker: Breaker;
  #dataCenter: DataCenter;
  #lastReturnAt = 0;
  usedAt = 0;

  constructor(name: string, dataCenter: DataCenter, options: { share(): number; waitingRoom(): number }) {
    this.#name = name;
    this.#dataCenter = dataCenter;
    this.#pace = createPace({ dataCenter, ...options });
    this.#breaker = createBreaker({ dataCenter });
  }

  update(dataCenter: DataCenter): void {
    if (dataCenter === this.#dataCenter) return;
    this.#dataCenter = dataCenter;
    this.#pace.update(dataCenter);
    this.#breaker.update(dataCenter);
  }

  async pass<T extends object>(operation: string, visit: (ask: Ask) => Promise<T>): Promise<T | Deferred> {
    this.usedAt = performance.now();
    const closedForMs = this.#breaker.waitMs();
    if (closedForMs > 0) return this.#defer(closedForMs, 'breaker');
    const entry = await this.#pace.enter();
    if (!entry.entered) return this.#defer(entry.retryAfterMs, 'pace');
    try {
      return await this.#visit(operation, visit);
    } finally {
      entry.leave();
    }
  }

  async #visit<T extends object>(operation: string, visit: (ask: Ask) => Promise<T>): Promise<T | Deferred> {
    // Asked again: it may have opened while this one waited for its turn.
    const admission = this.#breaker.admit();
    if (!admission.admitted) return this.#defer(admission.retryAfterMs, 'breaker');
    try {
      return await visit(async (call) => {
        const reply = await measureCall({ dataCenter: this.#name, operation }, call, outcomeOf);
        admission.report(healthOf(reply), reply.ok ? undefined : reply.failure.retryAfterMs);
        return reply;
      });
    } finally {
      // The first report counts, so this is for visits that did not ask.
      admission.report('none');
      showBreaker(this.#name, this.#breaker.state);
    }
  }

  /**
   * Deferred writes come back one after the other and not together: thousands that wait for a dead ERP would otherwise
   * go round between mapping and here at every probe.
   */
  #defer(retryAfterMs: number, by: 'breaker' | 'pace'): Deferred {
    const now = performance.now();
    const gapMs = by === 'breaker' ? returnGapMs : Math.max(1, retryAfterMs / (this.#pace.waiting + 1));
    this.#lastReturnAt = Math.max(
      now + retryAfterMs,
      Math.min(this.#lastReturnAt + gapMs, now + maxReturnMs),
    );
    const reason =
      by === 'breaker'
        ? `data center ${this.#dataCenter.id} does not answer; its breaker is open`
        : `data center ${this.#dataCenter.id} is at its limit of requests`;
    return { kind: 'deferred', retryAfterMs: Math.ceil(this.#lastReturnAt - now), reason };
  }
}

function outcomeOf(reply: Reply): string {
  return reply.ok ? 'ok' : reply.failure.kind;
}

function healthOf(reply: Reply): Health {
  if (reply.ok) return 'well';
  if (reply.failure.unwell) return 'unwell';
  // Broken: it never left.
  return reply.failure.kind === 'broken' ? 'none' : 'well';
}

export interface Gates {
  of(tenantId: string, dataCenter: DataCenter): Gate;
}

const activeMs = 10_000;
const countEveryMs = 1_000;

/**
 * The gates of all data centers.
 * @param options `share`: this pusher has one part in so many of a pace; `maxInFlight`: the room in which all data centers wait
 */
export function createGates(options: { share(): number; maxInFlight: number }): Gates {
  const gates = new Map<string, DataCenterGate>();
  let room = options.maxInFlight;
  let countedAt = -Infinity;

  // Each data center that is in use has an equal share of the room to wait in; alone it has all of it.
  const waitingRoom = (): number => {
    const now = performance.now();
    if (now - countedAt < countEveryMs) return room;
    countedAt = now;
    const active = [...gates.values()].filter(({ usedAt }) => now - usedAt < activeMs).length;
    room = Math.max(1, Math.floor(options.maxInFlight / Math.max(1, active)));
    return room;
  };

  return {
    of(tenantId, dataCenter) {
      const name = `${tenantId}/${dataCenter.id}`;
      const known = gates.get(name);
      if (known !== undefined) {
        known.update(dataCenter);
        return known;
      }
      const gate = new DataCenterGate(name, dataCenter, { share: options.share, waitingRoom });
      gates.set(name, gate);
      return gate;
    },
  };
}
