import { createCounter, createGauge } from '@syncline/chassis';

export const finishedTotal = createCounter({
  name: 'kafka_messages_finished_total',
  help: 'Messages that were handled or buried',
  labelNames: ['group', 'topic'],
});

export const failuresTotal = createCounter({
  name: 'kafka_handler_failures_total',
  help: 'Times that a handler failed and its message was handed over again',
  labelNames: ['group', 'topic'],
});

export const heldGauge = createGauge({
  name: 'kafka_messages_held',
  help: 'Messages that run or wait in this process',
  labelNames: ['group'],
});

export const sessionsTotal = createCounter({
  name: 'kafka_consumer_sessions_total',
  help: 'Times that a consumer joined its group anew: 1 after a start, more after trouble',
  labelNames: ['group'],
});

export const publishedTotal = createCounter({
  name: 'kafka_messages_published_total',
  help: 'Messages that all replicas have acknowledged',
});
