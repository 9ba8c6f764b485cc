import type { CatalogView, Stream } from '@syncline/catalog';
import { noFates, stringifyJson, type RecordData } from '@syncline/contract';
import type { Evaluator } from '@syncline/functions';
import type { HistoryTask, Store } from '@syncline/store';
import type { Addressed } from './addressed.ts';
import type { PairKey } from './pair.ts';
import { isTruthy } from './read-change.ts';

export interface TaskRecordsDeps {
  store: Pick<Store, 'historyTasks' | 'historyFailures'>;
  catalog: { view(): CatalogView };
  evaluator: Pick<Evaluator, 'evaluate'>;
}

type RecordInput = Extract<Addressed, { kind: 'record' }>;

/** What a historical sync task makes of the records that come with it. */
export interface TaskRecords {
  /** The inputs of its stream alone, forced if it says so; none when its condition does not take the record. */
  select(inputs: readonly RecordInput[], taskId: string): Promise<RecordInput[]>;
}

const mostRemembered = 200;

export function createTaskRecords(deps: TaskRecordsDeps): TaskRecords {
  const { store, catalog } = deps;
  const tasks = new Map<string, HistoryTask>();

  /** What is asked of a task never changes. */
  const taskOf = async (taskId: string): Promise<HistoryTask | null> => {
    const known = tasks.get(taskId);
    if (known !== undefined) return known;
    const task = await store.historyTasks.get(taskId);
    if (task !== null) tasks.set(taskId, task);
    const oldest = tasks.size > mostRemembered ? tasks.keys().next().value : undefined;
    if (oldest !== undefined) tasks.delete(oldest);
    return task;
  };

  return {
    async select(inputs, taskId) {
      const task = await taskOf(taskId);
      if (task === null) return [...inputs];
      const stream = catalog.view().stream(task.streamId);
      const own = inputs.filter(({ pair }) => stream !== undefined && isPairOf(stream, pair));
      const [first] = own;
      if (first !== undefined && (await isWanted(first, task, deps)))
        return own.map((one) => ({ ...one, change: { ...one.change, forced: task.force } }));
      if (first === undefined) await store.historyTasks.exclude(taskId, 1);
      return [];
    },
  };
}

export function isPairOf({ dataCenterId, direction, source, dest }: Stream, pair: PairKey): boolean {
  const [crmObject, erpObject] = direction === 'crm-to-erp' ? [source, dest] : [dest, source];
  return pair.dataCenterId === dataCenterId && pair.crmObject === crmObject && pair.erpObject === erpObject;
}

/** Does the task's condition take the record? One that cannot be evaluated is a failure of the record. */
async function isWanted(
  { change, dataId }: RecordInput,
  task: HistoryTask,
  { store, evaluator }: TaskRecordsDeps,
): Promise<boolean> {
  if (task.where === null || !('record' in change.body)) return true;
  const result = await evaluate(task.where, change.body.record, evaluator);
  if (result.ok && isTruthy(result.value)) return true;
  if (result.ok) await store.historyTasks.exclude(task.id, 1);
  else {
    const failure = { code: 'where-failed', message: `The task's condition failed: ${result.message}` };
    await store.historyFailures.add([
      { taskId: task.id, dataId, syncId: '', at: change.arrivedAt, ...failure },
    ]);
    await store.historyTasks.count(new Map([[task.id, { ...noFates(), errors: 1 }]]));
  }
  return false;
}

async function evaluate(where: string, record: RecordData, evaluator: Pick<Evaluator, 'evaluate'>) {
  const [result] = await evaluator.evaluate({
    input: stringifyJson(record.master),
    bindings: { details: stringifyJson(record.details) },
    expressions: [where],
  });
  return result ?? { ok: false as const, message: 'no answer' };
}
