import { internalSecret, portNumber, serviceSettings, serviceUrl, wholeNumber } from '@syncline/chassis';

const mib = 1024 * 1024;

/** What the receiver reads from its environment, beside what every service does. */
export const receiverSettings = serviceSettings(
  {
    RECEIVER_PORT: portNumber(8701),
    /** after decompression; the store takes documents up to 16 MiB */
    RECEIVER_MAX_BODY_BYTES: wholeNumber({ default: 10 * mib, min: 1, max: 15 * mib }),
    /** pushes a second that this process takes of one tenant; 0: no limit */
    RECEIVER_TENANT_RATE: wholeNumber({ default: 0, max: 1_000_000 }),
    /** wrong push tokens of one address for one tenant, before its requests are refused; 0: no limit */
    RECEIVER_WRONG_TOKENS: wholeNumber({ default: 1000, max: 1_000_000 }),
    /** how long pushes are kept after they were received */
    RECEIVER_CACHE_DAYS: wholeNumber({ default: 30, min: 1, max: 3650 }),
    /** where mapping answers `Fx.proxy.callAPI` of adapters */
    MAPPING_URL: serviceUrl('http://127.0.0.1:8704'),
    SYNCLINE_INTERNAL_SECRET: internalSecret,
    RECEIVER_ADAPTER_WORKERS: wholeNumber({ default: 1, min: 1, max: 16 }),
    RECEIVER_ADAPTER_MS: wholeNumber({ default: 500, min: 10, max: 10_000 }),
    RECEIVER_ADAPTER_MB: wholeNumber({ default: 32, min: 16, max: 1024 }),
  },
  (env) => ({
    port: env.RECEIVER_PORT,
    maxBodyBytes: env.RECEIVER_MAX_BODY_BYTES,
    tenantRate: env.RECEIVER_TENANT_RATE,
    wrongTokens: env.RECEIVER_WRONG_TOKENS,
    cacheDays: env.RECEIVER_CACHE_DAYS,
    mappingUrl: env.MAPPING_URL,
    internalSecret: env.SYNCLINE_INTERNAL_SECRET,
    adapters: {
      workers: env.RECEIVER_ADAPTER_WORKERS,
      timeLimitMs: env.RECEIVER_ADAPTER_MS,
      memoryMb: env.RECEIVER_ADAPTER_MB,
    },
  }),
);
