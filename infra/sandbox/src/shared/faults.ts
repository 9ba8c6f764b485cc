import type { JsonObject } from '@syncline/contract';
import { optionalFlag, optionalNumber, optionalObject, optionalText } from './fields.ts';
import { BadRequest } from './http-server.ts';
import { seededRandom } from './random.ts';

/** One fault that someone asked for. `*` stands for every operation or object. */
export interface FaultRule<Kind extends string = string> {
  id: number;
  kind: Kind;
  operation: string;
  objectApiName: string;
  /** how many more calls it hits; null is no end */
  callsLeft: number | null;
  probability: number;
  seed: number;
  /** carry the call out before the fault shows (a lost answer) instead of not at all */
  apply: boolean;
  delayMs: number;
  status: number;
  retryAfterSeconds: number | null;
  headers: Record<string, string>;
  code: string;
  message: string;
  /** how many calls it has hit */
  hits: number;
}

interface Armed<Kind extends string> {
  rule: FaultRule<Kind>;
  random: () => number;
}

/** The faults in force. Not kept over a restart: a restarted sandbox is healthy. */
export class Faults<Kind extends string> {
  private readonly kinds: readonly Kind[];
  private armed: Armed<Kind>[] = [];
  private lastId = 0;
  private readonly onReset: () => void;

  constructor(kinds: readonly Kind[], onReset: () => void = () => undefined) {
    this.kinds = kinds;
    this.onReset = onReset;
  }

  /** Adds a fault from the body of `POST /control/faults`. */
  add(body: JsonObject): FaultRule<Kind> {
    const kind = this.kinds.find((known) => known === body.kind);
    if (kind === undefined) throw new BadRequest(`kind must be one of ${this.kinds.join(', ')}`);
    const seed = optionalNumber(body, 'seed') ?? 1;
    const rule = { id: (this.lastId += 1), kind, seed, hits: 0, ...readRule(body) };
    this.armed.push({ rule, random: seededRandom(seed) });
    return rule;
  }

  list(): FaultRule<Kind>[] {
    return this.armed.map(({ rule }) => rule);
  }

  reset(): void {
    this.armed = [];
    this.onReset();
  }

  /** The faults that hit this call, at most one of each kind, in the order they were asked for. */
  hit(operation: string, objectApiName: string): FaultRule<Kind>[] {
    if (this.armed.length === 0) return [];
    const hits: FaultRule<Kind>[] = [];
    for (const { rule, random } of this.armed) {
      if (rule.callsLeft === 0 || hits.some(({ kind }) => kind === rule.kind)) continue;
      if (rule.operation !== '*' && rule.operation !== operation) continue;
      if (rule.objectApiName !== '*' && rule.objectApiName !== objectApiName) continue;
      if (rule.probability < 1 && random() >= rule.probability) continue;
      if (rule.callsLeft !== null) rule.callsLeft -= 1;
      rule.hits += 1;
      hits.push(rule);
    }
    return hits;
  }
}

function readRule(body: JsonObject): Omit<FaultRule<never>, 'id' | 'kind' | 'seed' | 'hits'> {
  const headers = optionalObject(body, 'headers') ?? {};
  return {
    operation: optionalText(body, 'operation') ?? '*',
    objectApiName: optionalText(body, 'objectApiName') ?? '*',
    callsLeft: optionalNumber(body, 'calls') ?? null,
    probability: optionalNumber(body, 'probability') ?? 1,
    apply: optionalFlag(body, 'apply') ?? false,
    delayMs: optionalNumber(body, 'delayMs') ?? 1000,
    status: optionalNumber(body, 'status') ?? 500,
    retryAfterSeconds: optionalNumber(body, 'retryAfterSeconds') ?? null,
    headers: Object.fromEntries(
      Object.keys(headers).map((name) => [name, optionalText(headers, name) ?? '']),
    ),
    code: optionalText(body, 'code') ?? 'E900',
    message: optionalText(body, 'message') ?? 'refused by a fault of the sandbox',
  };
}
