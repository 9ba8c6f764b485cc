import type { CrmFaultKind, ErpFaultKind, FaultRequest } from '@syncline/sandbox';
import type { Draw } from './draw.ts';
import {
  links,
  onDisk,
  services,
  victims,
  type Link,
  type OnDisk,
  type Rewound,
  type Victim,
} from './parts.ts';

/** One thing that goes wrong, with all that is needed to do it again. */
export type Fault =
  | { kind: 'kill'; victim: Victim }
  /** killed, and again each time it has begun to start */
  | { kind: 'kill-starting'; victim: Victim; afterMs: number[] }
  /** SIGSTOP, then SIGCONT */
  | { kind: 'pause'; victim: Victim; forMs: number }
  /** SIGTERM */
  | { kind: 'stop-broker' }
  | { kind: LinkFault; link: Link; forMs: number; delayMs: number }
  | { kind: 'erp'; rule: FaultRequest<ErpFaultKind> }
  | { kind: 'crm'; rule: FaultRequest<CrmFaultKind> }
  /** offsets of the group back to the beginning, while its processes are stopped */
  | { kind: 'rewind'; victim: Rewound }
  /** the ERP's clock jumps so far, and back */
  | { kind: 'erp-clock'; skewMs: number; forMs: number }
  /** the disk of the process takes no more */
  | { kind: 'disk-full'; victim: OnDisk; forMs: number }
  /** a share of all messages comes once more, some time later */
  | { kind: 'duplicate'; share: number; forMs: number };

/** `cut` closes connections and refuses new ones; `stall` moves nothing; `delay` is late with each piece; `tear` cuts in the middle of an answer. */
export type LinkFault = 'cut' | 'stall' | 'delay' | 'tear';

export interface Planned {
  /** from the beginning of the load */
  atMs: number;
  fault: Fault;
}

export interface PlanOptions {
  forMs: number;
  /** from one fault to the next, on average */
  everyMs: number;
}

/** They take everything down with them: between two of them the system has this long to do some work. */
const wholeSystem: readonly Victim[] = ['kafka', 'store'];
const betweenWholeMs = 15_000;
const firstAtMs = 3_000;
/** A run that is shorter leaves out what only a minute-long wait ends. */
const shortRunMs = 110_000;

/** What goes wrong and when; the same for the same seed. */
export function planFaults(draw: Draw, { forMs, everyMs }: PlanOptions): Planned[] {
  const plan: Planned[] = [];
  let wholeAgainAt = 0;
  for (let atMs = firstAtMs; atMs < forMs; atMs += draw.between(everyMs / 4, everyMs * 1.75)) {
    let fault = drawFault(draw, forMs >= shortRunMs);
    for (let tries = 0; isWhole(fault) && atMs < wholeAgainAt && tries < 20; tries += 1)
      fault = drawFault(draw, forMs >= shortRunMs);
    if (isWhole(fault)) {
      if (atMs < wholeAgainAt) continue;
      wholeAgainAt = atMs + betweenWholeMs;
    }
    plan.push({ atMs: Math.round(atMs), fault });
  }
  return plan;
}

function isWhole(fault: Fault): boolean {
  return fault.kind === 'stop-broker' || ('victim' in fault && wholeSystem.includes(fault.victim));
}

function drawFault(draw: Draw, isLong: boolean): Fault {
  const make = draw.weighted<() => Fault>([
    [20, () => ({ kind: 'kill', victim: draw.oneOf(victims) })],
    [5, () => killStarting(draw)],
    [10, () => pause(draw, isLong)],
    [2, () => ({ kind: 'stop-broker' })],
    [18, () => linkFault(draw)],
    [24, () => ({ kind: 'erp', rule: erpRule(draw) })],
    [13, () => ({ kind: 'crm', rule: crmRule(draw, isLong) })],
    [3, () => erpClock(draw)],
    [3, () => ({ kind: 'disk-full', victim: draw.oneOf(onDisk), forMs: draw.between(500, 6_000) })],
    [3, () => ({ kind: 'rewind', victim: draw.oneOf(['mapping', 'pusher', 'sandbox-crm']) })],
    [
      5,
      () => ({ kind: 'duplicate', share: draw.oneOf([0.1, 0.3, 0.6]), forMs: draw.between(4_000, 10_000) }),
    ],
  ]);
  return make();
}

/**
 * From one such jump to another and with the latest commit (load.ts) it stays within the 30 s that the poller asks for
 * again: what an ERP stamps earlier than that is not found by polling (docs/guarantees.md).
 */
const mostSkewMs = 7_000;

function erpClock(draw: Draw): Fault {
  const skewMs = draw.between(1_000, mostSkewMs) * draw.oneOf([1, -1]);
  return { kind: 'erp-clock', skewMs, forMs: draw.between(2_000, 15_000) };
}

function killStarting(draw: Draw): Fault {
  const times = draw.between(1, 3);
  const afterMs = Array.from({ length: times }, () => draw.between(20, 1_500));
  return { kind: 'kill-starting', victim: draw.oneOf(services), afterMs };
}

/** Longer than a session in the broker takes to end: others take over, and the process comes back to find them there. */
const beyondSessionMs = 55_000;

function pause(draw: Draw, isLong: boolean): Fault {
  const victim = draw.oneOf(victims);
  if (isLong && ['mapping', 'pusher', 'poller'].includes(victim) && draw.share() < 0.2)
    return { kind: 'pause', victim, forMs: beyondSessionMs };
  return { kind: 'pause', victim, forMs: draw.between(500, 7_000) };
}

function linkFault(draw: Draw): Fault {
  const kind = draw.weighted<LinkFault>([
    [4, 'cut'],
    [3, 'stall'],
    [2, 'delay'],
    [3, 'tear'],
  ]);
  return { kind, link: draw.oneOf(links), forMs: draw.between(500, 9_000), delayMs: draw.between(20, 600) };
}

const writes = ['create', 'update', 'void', '*'] as const;

function erpRule(draw: Draw): FaultRequest<ErpFaultKind> {
  const common = {
    operation: draw.oneOf([...writes, 'queryMasterBatch', 'queryMasterById']),
    calls: draw.between(1, 8),
    probability: draw.oneOf([0.3, 0.6, 1]),
    seed: draw.between(1, 1_000_000),
    apply: draw.share() < 0.5,
  };
  const rule = draw.weighted<Partial<FaultRequest<ErpFaultKind>> & { kind: ErpFaultKind }>([
    [3, { kind: 'status', status: draw.oneOf([500, 502, 504]) }],
    // Told before anything was done, as the specification of HTTP has it.
    [2, { kind: 'status', status: 429, retryAfterSeconds: draw.between(1, 4), apply: false }],
    [2, { kind: 'status', status: 503, retryAfterSeconds: draw.between(1, 4), apply: false }],
    [3, { kind: 'slow', delayMs: draw.between(200, 2_500) }],
    [3, { kind: 'cut' }],
    [2, { kind: 'stall' }],
    [1, { kind: 'drip', delayMs: draw.between(5, 60) }],
    [2, { kind: 'garbage' }],
    [1, { kind: 'html' }],
    [1, { kind: 'empty' }],
    [2, { kind: 'truncate' }],
    [2, { kind: 'no-id' }],
    [2, { kind: 'short-details' }],
  ]);
  return { ...common, ...rule };
}

function crmRule(draw: Draw, isLong: boolean): FaultRequest<CrmFaultKind> {
  const common = {
    calls: draw.between(1, 10),
    probability: draw.oneOf([0.3, 0.6, 1]),
    seed: draw.between(1, 1_000_000),
  };
  // Of a write or a reading alone: a CRM that keeps silent about what its own people do is outside the contract.
  const operation = draw.oneOf(['create', 'update', 'invalid', 'recover']);
  const rule = draw.weighted<Partial<FaultRequest<CrmFaultKind>> & { kind: CrmFaultKind }>([
    // Mapping asks again after a minute.
    [isLong ? 2 : 0, { operation, kind: 'silent', calls: draw.between(1, 3) }],
    [isLong ? 2 : 0, { operation, kind: 'no-answer', calls: draw.between(1, 3) }],
    [3, { operation, kind: 'slow', delayMs: draw.between(50, 1_500) }],
    [3, { operation, kind: 'reject', code: '503', message: 'busy' }],
    [3, { kind: 'duplicate-event' }],
    // An event that is late by less than five minutes was reordered on its way (contract 2).
    [4, { kind: 'reorder', delayMs: draw.between(200, 8_000) }],
    [2, { kind: 'no-caused-by' }],
  ]);
  return { ...common, ...rule };
}

/** A fault in one line. */
export function describeFault(fault: Fault): string {
  if ('link' in fault) return `${fault.kind} ${fault.link} for ${String(fault.forMs)} ms`;
  if ('rule' in fault) return describeRule(fault);
  switch (fault.kind) {
    case 'kill':
      return `kill -9 ${fault.victim}`;
    case 'kill-starting':
      return `kill -9 ${fault.victim}, and ${String(fault.afterMs.length)} times while it starts`;
    case 'pause':
      return `SIGSTOP ${fault.victim} for ${String(fault.forMs)} ms`;
    case 'stop-broker':
      return 'SIGTERM kafka';
    case 'rewind':
      return `offsets of ${fault.victim} back to the beginning`;
    case 'erp-clock':
      return `the ERP's clock jumps by ${String(fault.skewMs)} ms for ${String(fault.forMs)} ms`;
    case 'disk-full':
      return `the disk of ${fault.victim} is full for ${String(fault.forMs)} ms`;
    case 'duplicate':
      return `${String(Math.round(fault.share * 100))} % of all messages once more, for ${String(fault.forMs)} ms`;
  }
}

function describeRule(fault: Extract<Fault, { rule: unknown }>): string {
  if (fault.kind === 'crm') return `CRM ${fault.rule.kind}, up to ${String(fault.rule.calls)} times`;
  const { rule } = fault;
  const first = rule.apply === true ? ', carried out first' : '';
  return `ERP ${rule.kind}${statusOf(rule)} on ${rule.operation ?? '*'}${first}, up to ${String(rule.calls)} calls`;
}

function statusOf({ kind, status }: FaultRequest<ErpFaultKind>): string {
  return kind === 'status' ? ` ${String(status)}` : '';
}

/** What a fault is counted as. */
export function countedAs(fault: Fault): string {
  if (fault.kind === 'erp') return `ERP ${fault.rule.kind}${statusOf(fault.rule)}`;
  if (fault.kind === 'crm') return `CRM ${fault.rule.kind}`;
  if ('victim' in fault) return `${fault.kind} ${fault.victim}`;
  return 'link' in fault ? `link ${fault.kind}` : fault.kind;
}
