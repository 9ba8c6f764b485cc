import type { Faults } from './faults.ts';
import type { Feed } from './feed.ts';
import { jsonBody, numberQuery, type HttpCall, type HttpReply, type Route } from './http-server.ts';
import type { Journal, Numbered } from './journal.ts';
import type { Traffic } from './traffic.ts';

/** What both sandboxes have and show in the same way. */
export interface SharedControl<Draft extends LedgerDraft> {
  name: string;
  journal: Journal<Draft>;
  faults: Faults<string>;
  feed: Feed;
  traffic: Traffic;
  /** why this process cannot do its job yet; null when it can */
  notReady(): string | null;
}

/** The fields by which a ledger can be filtered. */
export interface LedgerDraft {
  objectApiName: string;
  operation: string;
  by: string;
  dataId: string | null;
}

export const ok = (json: unknown): HttpReply => ({ status: 200, json });

/** Probes, faults, ledger, feed and traffic: the control routes that both sandboxes have. */
export function sharedRoutes<Draft extends LedgerDraft>(control: SharedControl<Draft>): Route[] {
  const { faults, feed, traffic } = control;
  return [
    { method: 'GET', path: '/healthz', run: () => ok({ service: control.name, alive: true }) },
    { method: 'GET', path: '/readyz', run: () => readiness(control.notReady()) },
    { method: 'POST', path: '/control/faults', run: (call) => ok(faults.add(jsonBody(call))) },
    { method: 'GET', path: '/control/faults', run: () => ok({ faults: faults.list() }) },
    {
      method: 'DELETE',
      path: '/control/faults',
      run: () => {
        faults.reset();
        return ok({ faults: [] });
      },
    },
    { method: 'GET', path: '/control/ledger', run: (call) => ok(readLedger(control.journal, call)) },
    {
      method: 'GET',
      path: '/control/feed',
      run: (call) => {
        const after = numberQuery(call, 'after', 0);
        const lines = feed.after(after, numberQuery(call, 'limit', 200));
        return ok({ lines, next: lines.at(-1)?.seq ?? after });
      },
    },
    { method: 'GET', path: '/control/traffic', run: () => ok(traffic.read()) },
    { method: 'POST', path: '/control/traffic', run: (call) => ok(traffic.set(jsonBody(call))) },
  ];
}

function readiness(reason: string | null): HttpReply {
  return reason === null ? ok({ ready: true }) : { status: 503, json: { ready: false, reason } };
}

function readLedger<Draft extends LedgerDraft>(journal: Journal<Draft>, call: HttpCall): unknown {
  const wanted = ['objectApiName', 'operation', 'by', 'dataId'] as const;
  const filters = wanted.flatMap((field) => {
    const value = call.query.get(field);
    return value === null || value === '' ? [] : [{ field, value }];
  });
  const range = {
    after: numberQuery(call, 'after', 0),
    limit: Math.min(numberQuery(call, 'limit', 1000), 10_000),
  };
  if (filters.length === 0) return journal.read(range);
  const matches = (entry: Numbered<Draft>): boolean =>
    filters.every(({ field, value }) => entry[field] === value);
  return journal.read({ ...range, matches });
}

/** A page of a map's values by id: `after` is the last id of the page before. */
export function pageOf<T>(records: Map<string, T>, call: HttpCall): T[] {
  const after = call.query.get('after') ?? '';
  const limit = Math.min(numberQuery(call, 'limit', 1000), 10_000);
  const ids = [...records.keys()].sort();
  return ids
    .filter((dataId) => after === '' || dataId > after)
    .slice(0, limit)
    .flatMap((dataId) => records.get(dataId) ?? []);
}

/** `?fields=FName,FPhone` */
export function fieldsOf(call: HttpCall): string[] {
  return (call.query.get('fields') ?? '').split(',').filter((field) => field !== '');
}
