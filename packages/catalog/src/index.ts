export * from './catalog.ts';
export { catalogProblems } from './checks.ts';
export { formatConfigError, pathText, type ConfigError, type ConfigPath } from './config-error.ts';
export { withEditedStream, type EditedStream } from './edited-stream.ts';
export { loadCatalog, type Loaded, type LoadOptions } from './load.ts';
export type { CatalogProblem, CheckExpression, CheckHook } from './problem.ts';
export { matchFieldsOf, type MatchField } from './match-fields.ts';
export { mergeCatalogs, type MergeOptions } from './merge.ts';
export { planChanges, type Change } from './plan.ts';
export {
  acceptedToken,
  configuredPushTokens,
  findPushToken,
  pushTokenHash,
  type AcceptedToken,
} from './push-token.ts';
export { catalogDigest, withConfigRevisions } from './revision.ts';
export { dueAt, sweepDueAt, type Timing, type Tries } from './schedule/due.ts';
export { scheduleText, sweepText } from './schedule/words.ts';
export * from './view.ts';
export type { ApiCall } from './object-api/call.ts';
export { fieldsOf, type ObjectFields } from './object-api/fields.ts';
export { objectApi, type ObjectApi, type ObjectApiOptions } from './object-api/object-api.ts';
export { withoutCredentials } from './without-credentials.ts';
