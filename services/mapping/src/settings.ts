import { internalSecret, portNumber, serviceSettings, wholeNumber } from '@syncline/chassis';

/** The settings of mapping: its port, and what user expressions may take. */
export const mappingSettings = serviceSettings(
  {
    MAPPING_PORT: portNumber(8704),
    MAPPING_WORKERS: wholeNumber({ default: 1, min: 1, max: 16 }),
    MAPPING_EXPRESSION_MS: wholeNumber({ default: 250, min: 10, max: 10_000 }),
    MAPPING_EXPRESSION_MB: wholeNumber({ default: 64, min: 16, max: 1024 }),
    /** for one hook of a stream, without its calls */
    MAPPING_HOOK_MS: wholeNumber({ default: 500, min: 10, max: 10_000 }),
    MAPPING_HOOK_MB: wholeNumber({ default: 32, min: 16, max: 1024 }),
    SYNCLINE_INTERNAL_SECRET: internalSecret,
    /** wrong push tokens of one address for one tenant, before its requests are refused; 0: no limit */
    MAPPING_WRONG_TOKENS: wholeNumber({ default: 1000, max: 1_000_000 }),
    MAPPING_HISTORY_DAYS: wholeNumber({ default: 90, min: 1, max: 3650 }),
  },
  (env) => ({
    port: env.MAPPING_PORT,
    workers: env.MAPPING_WORKERS,
    expressionMs: env.MAPPING_EXPRESSION_MS,
    expressionMb: env.MAPPING_EXPRESSION_MB,
    hooks: { timeLimitMs: env.MAPPING_HOOK_MS, memoryMb: env.MAPPING_HOOK_MB },
    internalSecret: env.SYNCLINE_INTERNAL_SECRET,
    wrongTokens: env.MAPPING_WRONG_TOKENS,
    historyDays: env.MAPPING_HISTORY_DAYS,
  }),
);
