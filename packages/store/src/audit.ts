import { randomBytes } from 'node:crypto';
import type { Role } from '@syncline/contract';
import { bounded, longLimitMs } from './bounded.ts';
import { asText, byId, type CollectionSpec, type Database, type Keyed } from './collection.ts';
import { readPage, type Page, type PageRequest } from './paging.ts';
import { createRetention } from './retention.ts';

/** How an action ended; `begun`: nobody knows, its process ended first. */
export const auditResults = ['begun', 'done', 'refused', 'failed'] as const;
export type AuditResult = (typeof auditResults)[number];

/** What someone did, or tried to do, in the console. Never a secret. */
export interface AuditLine {
  id: string;
  /** ms */
  at: number;
  /** a user, an API key, or `syncline` for its own programs; null: nobody that is known */
  who: string | null;
  role: Role | null;
  /** from where */
  address: string;
  action: string;
  tenantId: string | null;
  /** to what it was done */
  target: string;
  /** what was asked for, as JSON text; '' for nothing */
  details: string;
  result: AuditResult;
  /** the error code of what was refused or failed */
  code: string | null;
}

interface LineDocument extends Keyed, Omit<AuditLine, 'id'> {}

export interface AuditFilter extends PageRequest {
  who?: string;
  action?: string;
  tenantId?: string;
  result?: AuditResult;
  /** ms; [from, to) */
  from?: number;
  to?: number;
}

const auditSpec: CollectionSpec = {
  name: 'console_audit',
  fields: {
    at: Number,
    who: String,
    role: String,
    address: String,
    action: String,
    tenantId: String,
    target: String,
    details: String,
    result: String,
    code: String,
  },
  indexes: [{ keys: { at: -1, _id: -1 }, for: 'scans' }],
};

export type Audit = ReturnType<typeof openAudit>;

/** The audit log: written on each action, read by people. */
export function openAudit(database: Database) {
  const lines = database.open<LineDocument>(auditSpec);
  const { native } = lines;
  const removeOldest = createRetention(lines, 'at');

  return bounded(
    'audit',
    {
      /** @returns the id of the line */
      async add(line: Omit<AuditLine, 'id'>): Promise<string> {
        const _id = randomBytes(12).toString('hex');
        await native.insertOne({ _id, ...line });
        return _id;
      },

      /** Writes how it ended into a line that was begun. */
      async end(id: string, end: Pick<AuditLine, 'result' | 'code' | 'tenantId'>): Promise<void> {
        await native.updateOne(byId(asText(id)), { $set: end });
      },

      /** Newest first. */
      list({ after, limit, from, to, ...filter }: AuditFilter): Promise<Page<AuditLine>> {
        const options = { filter, ranges: { at: { from, to } }, sortBy: 'at', after, limit };
        return readPage(lines, { ...options, read: ({ _id, ...line }) => ({ id: _id, ...line }) });
      },

      /** Removes at most `limit` lines from before `before` (ms); returns how many. */
      async removeOlderThan(before: number, limit: number): Promise<number> {
        return (await removeOldest(before, limit)).length;
      },
    },
    { list: longLimitMs, removeOlderThan: longLimitMs },
  );
}
