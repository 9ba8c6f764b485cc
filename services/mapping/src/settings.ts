import { portNumber, serviceSettings, wholeNumber } from '@syncline/chassis';

/** The settings of mapping: its port, and what user expressions may take. */
export const mappingSettings = serviceSettings(
  {
    MAPPING_PORT: portNumber(8704),
    MAPPING_WORKERS: wholeNumber({ default: 1, min: 1, max: 16 }),
    MAPPING_EXPRESSION_MS: wholeNumber({ default: 250, min: 10, max: 10_000 }),
    MAPPING_EXPRESSION_MB: wholeNumber({ default: 64, min: 16, max: 1024 }),
    MAPPING_HISTORY_DAYS: wholeNumber({ default: 90, min: 1, max: 3650 }),
  },
  (env) => ({
    port: env.MAPPING_PORT,
    workers: env.MAPPING_WORKERS,
    expressionMs: env.MAPPING_EXPRESSION_MS,
    expressionMb: env.MAPPING_EXPRESSION_MB,
    historyDays: env.MAPPING_HISTORY_DAYS,
  }),
);
