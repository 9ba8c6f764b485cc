import type { DataCenter } from '@syncline/catalog';
import {
  createBreaker,
  createPace,
  type Breaker,
  type ErpFailure,
  type Health,
  type Pace,
} from '@syncline/erp';
import { measureCall, showBreaker } from './metrics.ts';

/** Not asked: come again after this time. */
export interface Deferred {
  deferredMs: number;
  by: 'breaker' | 'pace';
}

type Reply = { ok: true } | { ok: false; failure: ErpFailure };

/** The one way to a data center's ERP: every request of this process passes here. */
export interface Gate {
  /** 0 if the ERP may be asked now */
  waitMs(): number;
  /** Asks when breaker and pace allow it. */
  ask<T extends Reply>(operation: string, call: () => Promise<T>): Promise<T | Deferred>;
}

export function isDeferred(value: object): value is Deferred {
  return 'deferredMs' in value;
}

class DataCenterGate implements Gate {
  readonly #name: string;
  readonly #pace: Pace;
  readonly #breaker: Breaker;
  #dataCenter: DataCenter;

  constructor(name: string, dataCenter: DataCenter, share: () => number) {
    this.#name = name;
    this.#dataCenter = dataCenter;
    this.#pace = createPace({ dataCenter, share });
    this.#breaker = createBreaker({ dataCenter });
  }

  update(dataCenter: DataCenter): void {
    if (dataCenter === this.#dataCenter) return;
    this.#dataCenter = dataCenter;
    this.#pace.update(dataCenter);
    this.#breaker.update(dataCenter);
  }

  waitMs(): number {
    return this.#breaker.waitMs();
  }

  async ask<T extends Reply>(operation: string, call: () => Promise<T>): Promise<T | Deferred> {
    const closedForMs = this.waitMs();
    if (closedForMs > 0) return { deferredMs: closedForMs, by: 'breaker' };
    const entry = await this.#pace.enter();
    if (!entry.entered) return { deferredMs: entry.retryAfterMs, by: 'pace' };
    try {
      return await this.#admitted(operation, call);
    } finally {
      entry.leave();
    }
  }

  async #admitted<T extends Reply>(operation: string, call: () => Promise<T>): Promise<T | Deferred> {
    // Asked again: it may have opened while this one waited for its turn.
    const admission = this.#breaker.admit();
    if (!admission.admitted) return { deferredMs: admission.retryAfterMs, by: 'breaker' };
    try {
      const reply = await measureCall({ dataCenter: this.#name, operation }, call, outcomeOf);
      const retryAfterMs = reply.ok ? undefined : reply.failure.retryAfterMs;
      admission.report(healthOf(reply), retryAfterMs);
      return reply;
    } finally {
      // The first report counts, so this is for calls that broke off before they reached the ERP.
      admission.report('none');
      showBreaker(this.#name, this.#breaker.state);
    }
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
  /** @param name of the data center, tenant included */
  of(name: string, dataCenter: DataCenter): Gate;
}

/** @param share this poller has one part in so many of a data center's pace */
export function createGates(share: () => number): Gates {
  const gates = new Map<string, DataCenterGate>();
  return {
    of(name, dataCenter) {
      const known = gates.get(name) ?? new DataCenterGate(name, dataCenter, share);
      known.update(dataCenter);
      gates.set(name, known);
      return known;
    },
  };
}
