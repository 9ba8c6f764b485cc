import { createCounter, createGauge, createHistogram } from '@syncline/chassis';
import type { EndingToken } from '@syncline/store';

const pushes = createCounter({
  name: 'receiver_pushes_total',
  help: 'Pushes by the errCode of their answer',
  labelNames: ['code'],
});
const seconds = createHistogram({
  name: 'receiver_push_seconds',
  help: 'How long a push took until it was durable, those that were refused left out',
});
const announced = createCounter({
  name: 'receiver_announced_total',
  help: 'Pushes brought on erp.records, right after the answer (direct) or by the relay loop',
  labelNames: ['by'],
});

const expiries = createGauge({
  name: 'receiver_push_token_expiry_seconds',
  help: 'When a push token that is in force expires, in seconds since 1970',
  labelNames: ['tenant', 'token'],
});

export function showExpiries(tokens: readonly EndingToken[]): void {
  expiries.reset();
  for (const { tenantId, name, expiresAt } of tokens)
    expiries.set({ tenant: tenantId, token: name }, expiresAt / 1000);
}

export function countPush(code: string): void {
  pushes.inc({ code });
}

export function observePush(startedAt: number): void {
  seconds.observe((performance.now() - startedAt) / 1000);
}

export function countAnnounced(by: 'direct' | 'relay', count: number): void {
  announced.inc({ by }, count);
}
