import { textOf, type JsonObject } from '@syncline/contract';
import type { MappingRow } from '@syncline/store';
import { allKinds, kinds } from './kinds.ts';
import { allRows, type Sources } from './observe.ts';

/** All that is known of one record, to understand what became of it. */
export interface Story {
  key: string;
  rows: MappingRow[];
  /** each sync and its steps, oldest first */
  syncs: string[];
  /** what both sides received and did, oldest first */
  ledgers: string[];
}

const maxLines = 400;

/** The stories of records, by their natural keys. */
export async function tellStories(sources: Sources, keys: readonly string[]): Promise<Story[]> {
  if (keys.length === 0) return [];
  const [erpLedger, crmLedger, rows] = await Promise.all([
    sources.erp.wholeLedger(),
    sources.crm.wholeLedger(),
    allRows(sources.store),
  ]);
  const entries = [
    ...erpLedger.map((entry) => ({ side: 'erp', ...entry })),
    ...crmLedger.map((entry) => ({ side: 'crm', ...entry })),
  ].sort((a, b) => a.at - b.at);
  const idsOf = await idsByKey(sources);
  return Promise.all(
    keys.map(async (key) => {
      const ids = idsOf.get(key) ?? new Set<string>();
      const own = rows.filter(({ crmId, erpId }) => ids.has(`crm/${crmId}`) || ids.has(`erp/${erpId}`));
      return {
        key,
        rows: own,
        syncs: (await Promise.all(own.map(({ id }) => syncsOf(sources, id)))).flat(),
        ledgers: entries
          .filter(({ side, dataId, sent }) => ids.has(`${side}/${dataId ?? ''}`) || namesKey(sent, key))
          .map((entry) => `${new Date(entry.at).toISOString()} ${JSON.stringify(entry)}`)
          .slice(-maxLines),
      };
    }),
  );
}

async function idsByKey({ erp, crm }: Sources): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  const note = (key: string, id: string): void => {
    found.set(key, (found.get(key) ?? new Set()).add(id));
  };
  for (const kind of allKinds) {
    const form = kinds[kind];
    for (const { dataId, master } of await erp.records(form.erp.object))
      note(textOf(master[form.erp.key]), `erp/${dataId}`);
    for (const { dataId, data } of await crm.records(form.crm.object))
      note(textOf(data[form.crm.key]), `crm/${dataId}`);
  }
  return found;
}

function namesKey(sent: { master?: JsonObject; data?: JsonObject } | undefined, key: string): boolean {
  return Object.values(sent?.master ?? sent?.data ?? {}).some((value) => value === key);
}

async function syncsOf({ store }: Sources, rowId: string): Promise<string[]> {
  const syncs = await store.syncHistory.ofRow(rowId);
  const lines = syncs
    .toReversed()
    .flatMap((sync) => [
      `${new Date(sync.createdAt).toISOString()} ${sync.syncId} ${sync.direction} ${sync.operation}, status ${String(sync.status)} ${sync.errorMessage ?? ''}`,
      ...sync.events.map(
        ({ at, kind, message, body }) =>
          `    ${new Date(at).toISOString()} ${kind}: ${message}${body === undefined ? '' : ` ${body.slice(0, 600)}`}`,
      ),
    ]);
  return lines.slice(-maxLines);
}
