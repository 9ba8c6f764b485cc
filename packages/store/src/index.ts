export type { AfterHook, AfterHooks, ClaimedAfterHook } from './after-hooks.ts';
export type { Archive, ArchivedDocument, ArchivedFields } from './archive.ts';
export type { ApiKey, ApiKeys } from './api-keys.ts';
export { auditResults, type Audit, type AuditFilter, type AuditLine, type AuditResult } from './audit.ts';
export type { Body, Bodies, UnneededBodies } from './bodies.ts';
export type { Config, ConfigChange, ConfigEditor, ConfigStore } from './config.ts';
export { connectStore, type Store, type StoreOptions, type StorePart } from './connect.ts';
export type { CounterName, Counters } from './counters.ts';
export type { CrmMatch, CrmMatches, CrmMatchRegister } from './crm-matches.ts';
export type { CrmReading, CrmReads } from './crm-reads.ts';
export type { DeadLetter, DeadLetterFilter, DeadLetters } from './dead-letters.ts';
export type { Due, DueTimes } from './due.ts';
export type { ErpAttempt, ErpAttempts } from './erp-attempts.ts';
export { BadCursor, ConfigConflict, SecretKeyProblem, StoreUnavailable } from './failure.ts';
export type {
  FieldLookup,
  FieldMapping,
  FieldMappingFilter,
  FieldMappings,
  FieldMappingWalk,
} from './field-mappings.ts';
export {
  followCatalog,
  type CatalogListener,
  type FollowedCatalog,
  type FollowOptions,
} from './follow-catalog.ts';
export {
  followPushTokens,
  type EndingToken,
  type FollowedPushTokens,
  type FollowPushTokensOptions,
} from './follow-push-tokens.ts';
export type { Held, HeldRows } from './held.ts';
export type { Instance, Instances } from './instances.ts';
export { createLinkReadLoop, type LinkReadOptions, type LinkSlice } from './link-read.loop.ts';
export { linkKeyOf, type LinkPlace, type LinkRecord, type LinkRecords } from './link-records.ts';
export type { LinkReading, LinkTask, LinkTasks } from './link-tasks.ts';
export type {
  MappingRow,
  MappingRowFilter,
  MappingRowHead,
  MappingRowWalk,
  MappingRows,
  RowCount,
} from './mapping-rows.ts';
export type { OpenCreate, OpenCreates } from './open-creates.ts';
export type { OperatorKey } from './operator-key.ts';
export type { Page, PageRequest } from './paging.ts';
export type { Pointer, Pointers } from './pointers.ts';
export type { PollAdvance, PollLease, PollTask, PollTasks } from './poll-tasks.ts';
export {
  pollWindowKinds,
  type PollEnd,
  type PollProgress,
  type PollWindow,
  type PollWindowFilter,
  type PollWindowKind,
  type PollWindows,
} from './poll-windows.ts';
export type { CachedPush, PushCache } from './push-cache.ts';
export {
  isInForce,
  PushTokenRefused,
  type IssuedPushToken,
  type NewPushToken,
  type PushTokens,
} from './push-tokens.ts';
export type { Restore, Restores } from './restores.ts';
export type { RowRef } from './row-register.ts';
export type { HistoryFailure, HistoryFailures } from './history-failures.ts';
export {
  historyTaskStates,
  type HistoryLease,
  type HistoryTask,
  type HistoryTaskOrder,
  type HistoryTaskProgress,
  type HistoryTaskState,
} from './history-task-record.ts';
export type { HistoryTaskFilter, HistoryTasks } from './history-tasks.ts';
export type { HistoryTurns } from './history-turns.ts';
export type { HistoryEvent, HistoryRecord, HistoryWrite, SyncEnd } from './history-record.ts';
export type { FailureCount, HistoryFilter, HistoryHead, HistoryQuery, SyncHistory } from './sync-history.ts';
export type { Leased, LeaseVerbs } from './leased-tasks.ts';
export {
  type RetryTask,
  type RetryTaskOrder,
  type RetryTaskProgress,
  type RetryTasks,
} from './retry-tasks.ts';
export type { StreamControl, StreamControls } from './stream-controls.ts';
export { keyIdOf, type SecretCount } from './secret-box.ts';
export type { Session, Sessions } from './sessions.ts';
export type { PasswordHash, User, Users } from './users.ts';
export type { Wait, Waits } from './waits.ts';
