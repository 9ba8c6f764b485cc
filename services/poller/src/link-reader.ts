import { newTraceId, traceparentOf } from '@syncline/chassis';
import { textOf, type RecordData } from '@syncline/contract';
import { linkKeyOf, type LinkReadOptions, type LinkRecord, type LinkTask, type Store } from '@syncline/store';
import { createPageSource } from './page-source.ts';
import { readWindow } from './pages.ts';
import type { PollDeps } from './poll-deps.ts';
import { isProblem } from './rows.ts';
import { erpTarget } from './tasks.ts';

/** Where an object is not polled, nobody has said. */
const usualPageSize = 100;

export type LinkReaderDeps = Omit<PollDeps, 'store'> & {
  store: PollDeps['store'] & Pick<Store, 'linkRecords'>;
};

/** Reads the ERP's records for link tasks, window by window as for polling; nothing of it goes on a topic. */
export function createLinkReader(deps: LinkReaderDeps): LinkReadOptions['readSlice'] {
  return async (task, { from, to }, signal) => {
    const { tenantId, dataCenterId, erpObject } = task;
    const address = { tenantId, dataCenterId, objectApiName: erpObject };
    const target = erpTarget(deps.catalog.view(), address);
    if (target === null) throw new Error(`${erpObject} is configured no more`);
    const pageSize = target.erpObject.poll?.pageSize ?? usualPageSize;
    const context = {
      address,
      window: { startTime: from, endTime: to, isSlice: true },
      pageSize,
      windowId: `link/${task.run}`,
      isPollOptional: true as const,
      traceparent: traceparentOf(newTraceId()),
      signal,
      lost: signal,
    };
    const pages = createPageSource(context, deps);
    const { nameField } = target.erpObject;
    const source = {
      ask: (offset: number) => pages.ask(offset),
      deliver: ({ rows }: Awaited<ReturnType<typeof pages.ask>>) =>
        deps.store.linkRecords.put(
          rows.flatMap((row) => (isProblem(row) ? [] : [recordOf(row, task, nameField)])),
        ),
    };
    const { received, shortage } = await readWindow(source, { pageSize, maxPages: deps.maxPages });
    const range = `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
    return { records: received, problem: shortage === null ? null : `ERP, ${range}: ${shortage}` };
  };
}

function recordOf(
  { dataId, record }: { dataId: string; record: RecordData },
  { run, match }: LinkTask,
  nameField: string | null | undefined,
): LinkRecord {
  const { master } = record;
  const own = (field: string): string => (Object.hasOwn(master, field) ? textOf(master[field]) : '');
  const name = nameField == null ? '' : own(nameField).slice(0, 500);
  return { run, side: 'erp', dataId, name, ...linkKeyOf(match.map(({ erp }) => own(erp))) };
}
