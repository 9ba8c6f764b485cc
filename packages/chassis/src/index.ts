export { createApp, type AppOptions } from './app.ts';
export { refuseLongBody } from './body-length.ts';
export { sleep, systemClock, whenAborted, type Clock, type Sleep } from './clock.ts';
export { createGroupFlush, QueueFull, type GroupFlush, type GroupFlushOptions } from './group-flush.ts';
export { createGuessLimit, type GuessLimit } from './guess-limit.ts';
export { createHttpServer, type HttpServerOptions, type RequestHandler } from './http-server.ts';
export { createLogger, type LogFields, type Logger, type LoggerOptions, type LogLevel } from './logger.ts';
export { createLoop, type LoopOptions } from './loop.ts';
export {
  createCounter,
  createGauge,
  createHistogram,
  type Counter,
  type Gauge,
  type Histogram,
} from './metrics.ts';
export { networks } from './networks.ts';
export { CannotStart, type Part, type Readiness } from './part.ts';
export { createProbes, type ProbesOptions } from './probes.ts';
export { refusalBody, sendRefusal, sendSuccess, successBody } from './replies.ts';
export { runService, type ServiceOptions } from './run-service.ts';
export {
  BadSettings,
  commonSettings,
  flag,
  loadSettings,
  portNumber,
  serviceSettings,
  wholeNumber,
  type CommonSettings,
  type KafkaTls,
  type Sasl,
} from './settings.ts';
export { parseSecretKey } from './secret-keys.ts';
export { newTraceId, traceIdOf, traceparentOf } from './trace.ts';
export { internalSecret, internalToken, isInternalToken, serviceUrl } from './internal-token.ts';
