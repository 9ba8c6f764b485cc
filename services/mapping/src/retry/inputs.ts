import type { CatalogView } from '@syncline/catalog';
import { syncStatus, type RecordData, type SyncStatus } from '@syncline/contract';
import type { HistoryHead, RetryTask, Store } from '@syncline/store';
import type { Addressed } from '../addressed.ts';
import type { OperatorAction } from '../decide/operator-action.ts';
import { stateOf } from '../rows.ts';
import { storedChange } from '../stored-change.ts';
import { sideOf, snapshotOf } from './stored-sync.ts';

/** What is to be done about one sync of many. */
export type Step =
  | { do: 'decide'; head: HistoryHead; input: Extract<Addressed, { kind: 'row' }> }
  /** its CRM is asked for the record */
  | { do: 'ask'; head: HistoryHead }
  /** the receiver is to adapt the push again */
  | { do: 'adapt'; head: HistoryHead; pushId: string }
  /** nothing can be done, and why */
  | { do: 'leave'; head: HistoryHead; code: string; message: string };

export type Asked = Pick<RetryTask, 'id' | 'by' | 'mode'>;

/** What failed or waits stands in its row; anything else is taken from the history. */
const inRow: readonly SyncStatus[] = [
  syncStatus.waiting,
  syncStatus.retrying,
  syncStatus.failed,
  syncStatus.held,
  syncStatus.unknown,
];

/** The steps of some syncs, in the order of their sources: the one that was taken first comes first. */
export async function stepsOf(
  heads: readonly HistoryHead[],
  asked: Asked,
  deps: { store: Pick<Store, 'syncHistory' | 'mappingRows' | 'bodies'>; view: CatalogView },
): Promise<Step[]> {
  const ordered = [...heads].sort((a, b) => a.createdAt - b.createdAt || (a.syncId < b.syncId ? -1 : 1));
  const stored = ordered.filter((head) => asked.mode === 'stored' && isReplayed(head));
  const actions = await replaysOf(stored, deps);
  return ordered.map((head) => stepOf(head, asked, actions));
}

function isReplayed({ rowId, status }: HistoryHead): boolean {
  return rowId !== '' && !inRow.includes(status);
}

function stepOf(head: HistoryHead, asked: Asked, replays: ReadonlyMap<string, OperatorAction>): Step {
  const { syncId, rowId } = head;
  if (rowId === '') return adaptOrLeave(head);
  if (asked.mode === 'fetch')
    return sideOf(head) === 'crm' ? { do: 'ask', head } : decide(head, asked, { do: 'fetch' });
  if (!isReplayed(head)) return decide(head, asked, { do: 'retry', side: sideOf(head), syncId });
  const replay = replays.get(syncId);
  if (replay !== undefined) return decide(head, asked, replay);
  return { do: 'leave', head, code: 'no-snapshot', message: 'no snapshot of it is stored' };
}

function decide(head: HistoryHead, { id: taskId, by }: Asked, action: OperatorAction): Step {
  const input = { kind: 'operator', by, action, taskId } as const;
  return { do: 'decide', head, input: { kind: 'row', rowId: head.rowId, input } };
}

function adaptOrLeave(head: HistoryHead): Step {
  const { syncId, status } = head;
  if (syncId.startsWith('push-') && status === syncStatus.failed)
    return { do: 'adapt', head, pushId: syncId.slice('push-'.length) };
  return { do: 'leave', head, code: 'no-record', message: 'it names no record' };
}

async function replaysOf(
  heads: readonly HistoryHead[],
  { store, view }: { store: Pick<Store, 'syncHistory' | 'mappingRows' | 'bodies'>; view: CatalogView },
): Promise<Map<string, OperatorAction>> {
  if (heads.length === 0) return new Map();
  const [syncs, rows] = await Promise.all([
    store.syncHistory.getMany(heads.map(({ syncId }) => syncId)),
    store.mappingRows.readMany([...new Set(heads.map(({ rowId }) => rowId))]),
  ]);
  const found = new Map<string, OperatorAction>();
  for (const head of heads) {
    const [sync, row] = [syncs.get(head.syncId), rows.get(head.rowId)];
    const record: RecordData | null = sync === undefined ? null : await snapshotOf(sync, store);
    if (row === undefined || record === null) continue;
    const revision = view.stream(head.streamId)?.configRevision ?? '';
    const given = { side: sideOf(head), record, revision, at: head.createdAt };
    found.set(head.syncId, { do: 'replay', syncId: head.syncId, stored: storedChange(stateOf(row), given) });
  }
  return found;
}
