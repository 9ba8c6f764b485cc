import { catalogDigest, type Catalog } from '@syncline/catalog';
import { createLogger } from '@syncline/chassis';
import { connectStore, type StorePart } from '@syncline/store';
import { aCatalog, aDataCenter, anErpObject, aTenant, testSecretKey, uniquePlace } from '@syncline/testkit';
import { applyFolder, planFolder, type Folder } from './config-folder.ts';
import { rewriteSecrets } from './rewrite-secrets.ts';

const folderOf = (catalog: Catalog): Folder => ({ path: 'config', catalog, digest: catalogDigest(catalog) });
const plain = { force: false, prune: false };

describe('applyFolder', () => {
  const opened: StorePart[] = [];
  let store: StorePart;
  let uri: string;

  async function storeWith(...secretKeys: Buffer[]): Promise<StorePart> {
    const logger = createLogger({ service: 'test', level: 'error' });
    const one = connectStore({ uri, secretKeys, logger });
    opened.push(one);
    await one.start();
    return one;
  }

  beforeEach(async () => {
    uri = uniquePlace().mongodbUri;
    store = await storeWith(testSecretKey);
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.stop(AbortSignal.timeout(5000));
  });

  const first = folderOf(aCatalog());
  const renamed = folderOf(aCatalog({ erpObjects: [anErpObject({ label: 'Client' })] }));
  const smaller = folderOf(aCatalog({ streams: [] }));

  async function editAtConsole(catalog: Catalog): Promise<void> {
    const current = await store.config.current();
    await store.config.replace({
      catalog,
      digest: current?.digest ?? null,
      editedBy: 'console',
      expectedRevision: current?.revision ?? 0,
    });
  }

  it('applies a folder once', async () => {
    expect(await applyFolder(store, first, plain)).toMatchObject({ kind: 'applied', revision: 1 });
    expect(await applyFolder(store, first, plain)).toEqual({ kind: 'unchanged' });
    expect(await store.config.revision()).toBe(1);
  });

  it('applies a folder again when its content changed', async () => {
    await applyFolder(store, first, plain);
    expect(await applyFolder(store, renamed, plain)).toMatchObject({ kind: 'applied', revision: 2 });
    expect((await store.config.current())?.catalog.erpObjects).toMatchObject([{ label: 'Client' }]);
  });

  it('leaves what the console edited, when the folder did not change since', async () => {
    await applyFolder(store, first, plain);
    await editAtConsole(renamed.catalog);
    expect(await applyFolder(store, first, plain)).toEqual({ kind: 'unchanged' });
  });

  it('leaves streams off that a restore has turned off, whatever the folder says', async () => {
    const [stream] = first.catalog.streams;
    const isOn = async () =>
      (await store.config.current())?.catalog.streams.find(({ id }) => id === stream?.id)?.enabled;
    const restore = { state: 'stated', checksum: 'c', count: 1, begunAt: 1, restoredAt: 2 } as const;
    await store.restores.set({ ...restore, streamsOff: [stream?.id ?? ''] });
    await applyFolder(store, first, { force: true, prune: false });
    expect(await isOn()).toBe(false);
    await store.restores.settle(stream?.id ?? '');
    await applyFolder(store, first, { force: true, prune: false });
    expect(await isOn()).toBe(true);
  });

  it('applies nothing over an edit of the console unless forced', async () => {
    await applyFolder(store, smaller, plain);
    await editAtConsole(renamed.catalog);
    expect(await applyFolder(store, first, plain)).toMatchObject({
      kind: 'edited',
      changes: [{ kind: 'ERP object', action: 'update' }],
    });
    expect(await store.config.revision()).toBe(2);
    expect(await applyFolder(store, first, { force: true, prune: false })).toMatchObject({ kind: 'applied' });
    expect((await store.config.current())?.catalog.erpObjects).toMatchObject([{ label: 'Customer' }]);
  });

  it('deletes nothing without prune', async () => {
    await applyFolder(store, first, plain);
    await applyFolder(store, smaller, plain);
    expect((await store.config.current())?.catalog.streams).toHaveLength(2);
    expect(await planFolder(store, smaller, true)).toMatchObject([
      { action: 'delete' },
      { action: 'delete' },
    ]);
    await applyFolder(store, smaller, { force: false, prune: true });
    expect((await store.config.current())?.catalog.streams).toEqual([]);
  });

  it('brings tokens anew whose key is lost, when it is forced and holds all of them', async () => {
    await applyFolder(store, first, plain);
    const other = await storeWith(Buffer.alloc(32, 1));
    await expect(applyFolder(other, renamed, plain)).rejects.toThrow(/SYNCLINE_SECRET_KEY.*--force/);
    const forced = { force: true, prune: false };
    const elsewhere = folderOf(
      aCatalog({ tenants: [aTenant({ dataCenters: [aDataCenter({ id: 'dc-2' })] })], streams: [] }),
    );
    await expect(applyFolder(other, elsewhere, forced)).rejects.toThrow('81138/dc-main');
    expect(await applyFolder(other, renamed, forced)).toMatchObject({ kind: 'applied', revision: 2 });
    expect((await other.config.current())?.catalog.tenants).toEqual(renamed.catalog.tenants);
  });

  it('has its tokens encrypted with a new key, and is in force as before', async () => {
    await applyFolder(store, first, plain);
    const newKey = Buffer.alloc(32, 1);
    const both = await storeWith(newKey, testSecretKey);
    await rewriteSecrets(both);
    const rotated = await storeWith(newKey);
    expect((await rotated.config.current())?.catalog.tenants).toEqual(first.catalog.tenants);
    await expect(store.config.current()).rejects.toThrow('SYNCLINE_SECRET_KEY');
    expect(await applyFolder(rotated, first, plain)).toEqual({ kind: 'unchanged' });
  });

  it('decides again when someone else applied meanwhile', async () => {
    const both = await Promise.all([applyFolder(store, first, plain), applyFolder(store, first, plain)]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(['applied', 'unchanged']);
  });
});
