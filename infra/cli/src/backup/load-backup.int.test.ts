import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@syncline/chassis';
import { connectStore, type MappingRow, type StorePart } from '@syncline/store';
import { aCatalog, aStream, uniquePlace } from '@syncline/testkit';
import { rereadMs } from './as-restored.ts';
import { checkBackup, readBackup, writeBackup, type BackupLine } from './backup-file.ts';
import { loadBackup } from './load-backup.ts';

const logger = createLogger({ service: 'test', level: 'error' });
const quiet = { say: () => undefined, warn: () => undefined };
const minute = 60_000;

describe('a backup that is loaded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-load-'));
  const file = join(folder, 'a.backup.gz');
  const begunAt = Date.now();
  const stores: StorePart[] = [];
  const how = { file, keepsStreams: false, now: begunAt + minute };

  async function aStore(): Promise<StorePart> {
    const { mongodbUri, secretKeys } = uniquePlace();
    const store = connectStore({ uri: mongodbUri, secretKeys, logger });
    await store.start();
    stores.push(store);
    return store;
  }

  beforeAll(async () => {
    const store = await aStore();
    await store.config.replace({
      catalog: aCatalog({ streams: [aStream({ id: 's1' }), aStream({ id: 's2', enabled: false })] }),
      digest: 'd',
      editedBy: 'apply',
      expectedRevision: 0,
    });
    await store.mappingRows.compareAndSet([aRow('r1', 'r1-1/1'), aRow('r2', null)], 'token');
    await store.pointers.claim([
      { id: 'p1', rowId: 'r1' },
      { id: 'p2', rowId: 'a row that came after the rows were read' },
    ]);
    await store.counters.take('erpOrder', 500);
    await store.pollTasks.ensure(['t/d/o'], begunAt);
    const lease = { taskId: 't/d/o', owner: 'me', until: begunAt + 9 * minute, now: begunAt };
    const task = await store.pollTasks.lease(lease);
    await store.pollTasks.advance({ ...lease, fence: task?.fence ?? 0, checkpoint: begunAt, at: begunAt });
    await store.pushCache.save([
      aPush('announced', begunAt - minute),
      aPush('old', begunAt - 2 * rereadMs),
      aPush('old and not announced', begunAt - 2 * rereadMs),
    ]);
    await store.pushCache.markAnnounced(['announced', 'old']);
    await store.due.set([{ rowId: 'r1', at: 1 }]);
    await writeBackup(file, begunAt, store.archive.read(begunAt - rereadMs));
  });
  afterAll(async () => {
    for (const store of stores) await store.stop(AbortSignal.timeout(5_000));
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds what was stored; what happened since cannot collide with it', async () => {
    const store = await aStore();
    await loadBackup(store, await checkBackup(file), how, quiet);
    expect((await store.mappingRows.readMany(['r1'])).get('r1')).toEqual(aRow('r1', 'r1-1/1'));
    expect(await store.pointers.readMany(['p1', 'p2'])).toEqual(new Map([['p1', 'r1']]));
    expect(await store.counters.take('erpOrder', 1)).toBeGreaterThan(1_000_000_000);
    expect(await store.due.next(Date.now(), 10)).toEqual([]);
    expect(await store.restores.current()).toMatchObject({ state: 'loaded', count: 1, begunAt });
  });

  it('turns the streams off and says which were on', async () => {
    const store = await aStore();
    expect((await loadBackup(store, await checkBackup(file), how, quiet)).streamsOff).toEqual(['s1']);
    const streams = (await store.config.current())?.catalog.streams ?? [];
    expect(streams.map(({ enabled }) => enabled)).toEqual([false, false]);
  });

  it('has a write in flight asked for, polls again, and announces pushes again', async () => {
    const store = await aStore();
    await loadBackup(store, await checkBackup(file), how, quiet);
    const attempt = (await store.erpAttempts.readMany(['r1-1/1'])).get('r1-1/1');
    expect(attempt).toMatchObject({ rowId: 'r1', result: null, deadline: begunAt + minute });
    const [task] = await store.pollTasks.list();
    expect(task).toMatchObject({ owner: null, checkpoint: begunAt - rereadMs });
    const pushes = await store.pushCache.unannounced({ olderThan: Date.now(), limit: 10 });
    expect(pushes.map(({ id }) => id).sort()).toEqual(['announced', 'old and not announced']);
  });

  it('is refused by a store that holds something, and begun anew where it broke off', async () => {
    const checked = await checkBackup(file);
    const store = await aStore();
    await store.pointers.claim([{ id: 'x', rowId: 'y' }]);
    await expect(loadBackup(store, checked, how, quiet)).rejects.toThrow('not empty: pointers (1)');

    const { checksum, ...rest } = { ...emptyRestore, checksum: checked.trailer.sha256 };
    await store.restores.set({ ...rest, checksum: 'of another file' });
    await expect(loadBackup(store, checked, how, quiet)).rejects.toThrow('of another file');
    await store.restores.set({ ...rest, checksum });
    await loadBackup(store, checked, how, quiet);
    expect(await store.pointers.readMany(['x', 'p1'])).toEqual(new Map([['p1', 'r1']]));
  });

  it('keeps secrets as they are stored, and names their key', async () => {
    expect((await checkBackup(file)).trailer.secretKeys).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/)]);
  });

  it('is refused while a service runs on the store', async () => {
    const store = await aStore();
    await store.instances.beat({ service: 'pusher', id: 'p', at: how.now });
    await expect(loadBackup(store, await checkBackup(file), how, quiet)).rejects.toThrow('1 pusher runs');
  });

  it('leaves the registers out, which follow from the rows', async () => {
    const collections = new Set<string>();
    await readBackup(file, (lines: BackupLine[]) => {
      for (const { collection } of lines) collections.add(collection);
      return Promise.resolve();
    });
    expect(collections).toContain('push_cache');
    for (const left of ['due', 'unannounced_pushes', 'operator_key']) expect(collections).not.toContain(left);
  });
});

const emptyRestore = { state: 'loading' as const, count: 1, begunAt: 1, restoredAt: 2, streamsOff: [] };

function aRow(id: string, inFlightId: string | null): MappingRow {
  return {
    id,
    version: 1,
    tenantId: '81138',
    dataCenterId: 'dc-main',
    crmObject: 'AccountObj',
    erpObject: 'BD_Customer',
    beganOn: 'crm',
    crmId: 'A1',
    erpId: '',
    crmName: 'Acme',
    erpName: '',
    isCreated: false,
    status: 2,
    lastSyncStatus: 3,
    lastSyncDataId: '',
    inFlightId,
    waitsOn: [],
    streamId: 's1',
    remark: '',
    createdAt: 1000,
    updatedAt: 1000,
    state: '{"exact":12345678901234567890,"__proto__":{"$x":"a.b"}}',
  };
}

function aPush(id: string, receivedAt: number) {
  return {
    id,
    tenantId: '81138',
    dataCenterId: 'dc-main',
    objectApiName: 'BD_Customer',
    dataId: id,
    operationType: null,
    order: 1,
    contentType: 'application/json',
    headers: { 'x-y': 'z' },
    body: Buffer.from('{"ü":1}'),
    receivedAt,
    traceId: 't',
    announcedAt: null,
  };
}
