import { parseJson, stringifyJson } from '@syncline/contract';
import type { FaultRule } from './shared/faults.ts';
import type { FeedLine } from './shared/feed.ts';
import type { LedgerPage, Numbered } from './shared/journal.ts';
import type { TrafficState } from './shared/traffic.ts';

/** A fault to ask for; see `POST /control/faults`. */
export interface FaultRequest<Kind extends string> {
  kind: Kind;
  operation?: string;
  objectApiName?: string;
  /** only the next so many calls */
  calls?: number;
  probability?: number;
  seed?: number;
  /** carry the call out first (ERP) */
  apply?: boolean;
  delayMs?: number;
  status?: number;
  retryAfterSeconds?: number;
  headers?: Record<string, string>;
  code?: string;
  message?: string;
}

export interface BulkResult {
  count: number;
  dataIds: string[];
}

export interface BulkOptions {
  count: number;
  /** the number that the first record gets for `{n}`; 1 */
  from?: number;
  ratePerSecond?: number;
  /** records to edit in turn; absent: new ones */
  dataIds?: string[];
}

export interface LedgerQuery {
  objectApiName?: string;
  operation?: string;
  by?: string;
  dataId?: string;
}

/** The control calls that both sandboxes have. */
export interface SandboxControl<Draft, Kind extends string> {
  url: string;
  isReady(): Promise<boolean>;
  addFault(fault: FaultRequest<Kind>): Promise<FaultRule<Kind>>;
  faults(): Promise<FaultRule<Kind>[]>;
  resetFaults(): Promise<void>;
  ledger(range?: LedgerQuery & { after?: number; limit?: number }): Promise<LedgerPage<Draft>>;
  /** every entry of the ledger, page after page */
  wholeLedger(query?: LedgerQuery): Promise<Numbered<Draft>[]>;
  feed(after?: number): Promise<{ lines: FeedLine[]; next: number }>;
  traffic(settings: Partial<TrafficState>): Promise<TrafficState>;
}

/** An answer of a control call that is no 2xx. */
export class ControlRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Calls the control API of one sandbox. Answers keep every digit of their numbers. */
export class ControlCalls {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  get<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
    const given = new URLSearchParams();
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) given.set(name, String(value));
    return this.call('GET', `${path}?${given.toString()}`);
  }

  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body: object = {}): Promise<T> {
    return this.call(method, path, stringifyJson(body));
  }

  private async call<T>(method: string, path: string, body?: string): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(this.url + path, { method, headers, ...(body !== undefined && { body }) });
    const text = await response.text();
    if (!response.ok)
      throw new ControlRefused(response.status, `${method} ${path}: ${String(response.status)} ${text}`);
    return parseJson(text) as T;
  }
}

const pageSize = 5000;

export function sandboxControl<Draft, Kind extends string>(calls: ControlCalls): SandboxControl<Draft, Kind> {
  const ledger = (range: LedgerQuery & { after?: number; limit?: number } = {}): Promise<LedgerPage<Draft>> =>
    calls.get('/control/ledger', { ...range });
  return {
    url: calls.url,
    isReady: () =>
      calls.get('/readyz').then(
        () => true,
        () => false,
      ),
    addFault: (fault) => calls.send('POST', '/control/faults', fault),
    faults: async () => (await calls.get<{ faults: FaultRule<Kind>[] }>('/control/faults')).faults,
    resetFaults: async () => {
      await calls.send('DELETE', '/control/faults');
    },
    ledger,
    wholeLedger: async (query = {}) => {
      const entries: Numbered<Draft>[] = [];
      for (let after = 0, last = 1; after < last;) {
        const page = await ledger({ ...query, after, limit: pageSize });
        entries.push(...page.entries);
        after = page.next;
        last = page.last;
      }
      return entries;
    },
    feed: (after = 0) => calls.get('/control/feed', { after }),
    traffic: (settings) => calls.send('POST', '/control/traffic', settings),
  };
}

/** All records of a listing, page after page. */
export async function allRecords<T extends { dataId: string }>(
  calls: ControlCalls,
  path: string,
  query: Record<string, string | undefined> = {},
): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const page = await calls.get<{ records: T[] }>(path, {
      ...query,
      after: all.at(-1)?.dataId,
      limit: pageSize,
    });
    all.push(...page.records);
    if (page.records.length < pageSize) return all;
  }
}

/** A record, or null when there is none. */
export async function oneRecord<T>(
  calls: ControlCalls,
  path: string,
  query: Record<string, string | undefined> = {},
): Promise<T | null> {
  try {
    return await calls.get<T>(path, query);
  } catch (error) {
    if (error instanceof ControlRefused && error.status === 404) return null;
    throw error;
  }
}
