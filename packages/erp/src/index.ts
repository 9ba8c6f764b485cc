export { UnreadableBody, UnwritableBody } from './body-errors.ts';
export { decodeText, readBody, writeBody, type BodyFormat } from './body.ts';
export { createBreaker, type Admission, type Breaker, type BreakerState, type Health } from './breaker.ts';
export type * from './call.ts';
export { createErpClient, type BatchQuery, type ErpClient, type ErpClientOptions } from './client.ts';
export { createPace, type Entry, type Pace, type PaceOptions } from './pace.ts';
export type { Answer } from './reply.ts';
export { systemTimer, type Timer } from './timer.ts';
export { parseXml } from './xml.ts';
