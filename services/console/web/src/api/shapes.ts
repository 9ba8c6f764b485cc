/** What the admin API answers, as far as this app reads it; `/api/openapi.json` has all of it. */

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type Direction = 'crm-to-erp' | 'erp-to-crm';

export interface TenantLine {
  id: string;
  name: string;
}

export interface OpenCounts {
  pending: number;
  waiting: number;
  inFlight: number;
  retrying: number;
  failed: number;
  held: number;
  unknown: number;
}

export interface Minute {
  at: number;
  success: number;
  failed: number;
  other: number;
}

export interface Counts {
  success: number;
  failed: number;
  other: number;
}

export interface OverviewStream {
  id: string;
  name: string;
  direction: Direction;
  source: string;
  dest: string;
  dataCenterId: string;
  enabled: boolean;
  lastHour: Counts;
  recent: Counts;
  open: OpenCounts | null;
}

export interface Service {
  name: string;
  ready: boolean;
  reasons: string[];
  instances: number | null;
}

export interface TopicLine {
  topic: string;
  perSecond: number | null;
  lag: number | null;
}

export interface Overview {
  at: number;
  since: number;
  records: OpenCounts | null;
  deadLetters: number | null;
  lastHour: {
    success: number;
    failed: number;
    unknown: number;
    skipped: number;
    superseded: number;
    perMinute: Minute[];
  };
  streams: OverviewStream[];
  topics: TopicLine[];
  services: Service[] | null;
}

export interface SyncEnd {
  objectApiName: string;
  dataId: string;
  name: string;
}

export interface Sync {
  syncId: string;
  rowId: string;
  dataCenterId: string;
  streamId: string;
  direction: Direction;
  operation: string;
  source: SyncEnd;
  dest: SyncEnd;
  status: number;
  errorClass: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  attempts: number;
  resolvedBy: string | null;
  createdAt: number;
  updatedAt: number;
}

export interface SyncEvent {
  id: string;
  at: number;
  kind: string;
  message: string;
  body: { text: string | null; characters: number; isCut: boolean } | null;
}

export interface SyncStory extends Sync {
  events: SyncEvent[];
}

export interface FailureGroup {
  streamId: string;
  status: number;
  errorClass: string | null;
  errorCode: string | null;
  message: string;
  text: string;
  count: number;
  newestAt: number;
}

export interface RowState {
  phase: string;
  words: string;
  syncId: string | null;
  since: number | null;
  attempts: number;
  nextDueAt: number | null;
  waitsFor: string[];
  candidates: string[];
  failure: { code: string; message: string } | null;
  queued: ('crm' | 'erp')[];
  unresolved: string[];
}

export interface Mapping {
  id: string;
  dataCenterId: string;
  crmObject: string;
  crmId: string;
  crmName: string;
  erpObject: string;
  erpId: string;
  erpName: string;
  beganOn: 'crm' | 'erp';
  isCreated: boolean;
  status: number;
  lastSyncStatus: number;
  lastSyncDataId: string;
  streamId: string | null;
  remark: string;
  doing: string | null;
  nextDueAt: number | null;
  createdAt: number;
  updatedAt: number;
}

interface StreamName {
  id: string;
  name: string;
  enabled: boolean;
}

export interface MappingDetail extends Mapping {
  state: RowState;
  streams: { toErp: StreamName | null; toCrm: StreamName | null };
}

export interface FieldMappingEntry {
  dataCenterId: string;
  channel: string;
  dataType: string;
  crmId: string;
  crmName: string;
  erpId: string;
  erpName: string;
  updatedAt: number;
}

export interface FieldRule {
  to: string;
  from?: string;
  value?: unknown;
  expression?: string;
  required: boolean;
  options: unknown;
  default?: unknown;
  lookup: string | null;
  reference: { object: string; dest: string | null } | null;
}

export interface DetailRules {
  source: string;
  dest: string;
  fields: FieldRule[];
}

export interface Stream {
  id: string;
  name: string;
  dataCenterId: string;
  direction: Direction;
  source: string;
  dest: string;
  enabled: boolean;
  triggers: string[];
  filter: string | null;
  fields: FieldRule[];
  details: DetailRules[];
  configRevision: string;
  open: OpenCounts | null;
  lastHour: { success: number; failed: number; unknown: number; skipped: number; superseded: number };
}

export interface Field {
  apiName: string;
  label: string;
  type: string;
  required: boolean;
}

export interface ErpObject {
  dataCenterId: string;
  apiName: string;
  label: string;
  idField: string;
  nameField: string;
  matchFields: string[];
  fields: Field[];
  details: { apiName: string; label: string; idField: string | null; fields: Field[] }[];
  poll: { everyMs: number; pageSize: number } | null;
  adapter: string | null;
}

export interface DataCenter {
  id: string;
  channel: string;
  baseUrl: string;
  format: string;
  concurrency: number;
  requestsPerSecond: number | null;
  timeoutMs: number;
  timeZone: string;
}

export interface TenantDetail {
  id: string;
  name: string;
  pushTokens: number;
  dataCenters: DataCenter[];
  erpObjects: ErpObject[];
  streams: StreamName[];
}

export interface PollTask {
  dataCenterId: string;
  objectApiName: string;
  schedule: string;
  timeZone: string;
  everyMs: number;
  pageSize: number;
  checkpoint: number | null;
  nextDueAt: number | null;
  failures: number;
  lastError: string | null;
  triedAt: number | null;
  isHeld: boolean;
  fullSweep: {
    schedule: string;
    nextDueAt: number | null;
    checkpoint: number | null;
    lastBegunAt: number | null;
    lastError: string | null;
  } | null;
}

export interface PollWindow {
  id: string;
  dataCenterId: string;
  objectApiName: string;
  kind: string;
  startTime: number;
  endTime: number;
  status: 'open' | 'complete' | 'short' | 'failed';
  totalNum: number | null;
  received: number;
  pages: number;
  readings: number;
  /** what became of the records on the other side */
  fates: { changed: number; unchanged: number; errors: number; waiting: number };
  error: string | null;
  openedAt: number;
  closedAt: number | null;
}

export interface Polled {
  startTime: number;
  endTime: number;
  totalNum: number | null;
  received: number;
  pages: number;
}

export interface TopicLag {
  groupId: string;
  topic: string;
  lag: number;
  partitions: { partition: number; committed: number | null; end: number; lag: number }[];
}

export interface DeadLetter {
  topic: string;
  partition: number;
  offset: number;
  key: string | null;
  reason: string;
  at: number;
  headers: Record<string, string>;
  value: { encoding: 'utf8' | 'base64'; content: string; bytes: number } | null;
}
