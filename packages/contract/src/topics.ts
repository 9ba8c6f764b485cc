/** Every topic in flow order (contract 2). The value is the name before `SYNCLINE_TOPIC_PREFIX`. */
export const topics = {
  /** CRM → mapping: `CrmEvent` */
  crmEvents: 'crm.events',
  /** receiver, poller → mapping: `ErpRecord` */
  erpRecords: 'erp.records',
  /** mapping → pusher: `ErpWrite` */
  erpWrites: 'erp.writes',
  /** pusher → mapping: `ErpWriteResult` */
  erpWriteResults: 'erp.write-results',
  /** mapping → CRM: `CrmWrite` */
  crmWrites: 'crm.writes',
  /** CRM → mapping: `CrmWriteResult` */
  crmWriteResults: 'crm.write-results',
  /** mapping → CRM: `CrmRead` */
  crmReads: 'crm.reads',
  /** mapping → anyone: `SyncOutcome` */
  syncOutcomes: 'sync.outcomes',
  /** all → operator: the original bytes of what no one could read */
  deadLetters: 'sync.dead-letters',
} as const;

export type Topic = (typeof topics)[keyof typeof topics];

/** Partitions of each topic that Syncline creates. One number for all, so that one record's messages share an owner. */
export const topicPartitions = 12;

/** The largest message a topic takes, in bytes (contract 3: a record too big for a topic). */
export const maxMessageBytes = 16 * 1024 * 1024;

/** An ERP record above this many bytes travels by reference, with its body in the store (design, "Consumers"). */
export const maxInlineRecordBytes = 512 * 1024;

/** Rows and history keep at most this many bytes of one body inline; larger ones go to the bodies collection. */
export const maxInlineBodyBytes = 64 * 1024;

/** The key of every message about one source record: its messages stay in order (contract 2). */
export function recordKey(tenantId: string, objectApiName: string, dataId: string): string {
  return `${tenantId}/${objectApiName}/${dataId}`;
}
