export type { BulkOptions, BulkResult, FaultRequest, LedgerQuery, SandboxControl } from './control-client.ts';
export { ControlRefused } from './control-client.ts';
export type { FeedLine } from './shared/feed.ts';
export type { LedgerPage, Numbered } from './shared/journal.ts';
export type { RunningSandbox } from './shared/run.ts';
export { createLog, type Log } from './shared/log.ts';

export { sandboxErp, type ErpEditRequest, type ErpSettingsRequest, type SandboxErp } from './erp/client.ts';
export { startSandboxErp, type SandboxErpSettings } from './erp/start.ts';
export type { ErpFaultKind } from './erp/delivery.ts';
export type { ErpLedgerDraft } from './erp/ledger-entry.ts';
export type { ErpRecord } from './erp/records.ts';
export type { ErpSummary } from './erp/summary.ts';

export { sandboxCrm, type CrmEditRequest, type SandboxCrm } from './crm/client.ts';
export { startSandboxCrm, type SandboxCrmSettings } from './crm/start.ts';
export type { CrmFaultKind, CrmLedgerDraft } from './crm/ledger-entry.ts';
export type { CrmRecord } from './crm/records.ts';
export type { CrmSummary } from './crm/summary.ts';
