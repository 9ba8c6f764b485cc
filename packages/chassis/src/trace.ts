import { randomUUID } from 'node:crypto';

/** 32 hex digits that name one request or record on its way through all services and logs. */
export function newTraceId(): string {
  // randomUUID draws from a cache of entropy, which the receiver's hot path can feel.
  return randomUUID().replaceAll('-', '');
}

/** The W3C header `traceparent` for a call that belongs to the trace. */
export function traceparentOf(traceId: string): string {
  return `00-${traceId}-${newTraceId().slice(16)}-01`;
}

/** The trace that a `traceparent` names, or null if it is absent or malformed. */
export function traceIdOf(traceparent: string | undefined): string | null {
  const traceId = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '')?.[1];
  return traceId === undefined || /^0+$/.test(traceId) ? null : traceId;
}
