import { catalogDigest, type Catalog } from '@syncline/catalog';
import { createLogger } from '@syncline/chassis';
import { connectStore, type StorePart } from '@syncline/store';
import { aCatalog, anErpObject, uniquePlace } from '@syncline/testkit';
import { applyFolder, planFolder, type Folder } from './config-folder.ts';

const folderOf = (catalog: Catalog): Folder => ({ path: 'config', catalog, digest: catalogDigest(catalog) });
const plain = { force: false, prune: false };

describe('applyFolder', () => {
  let store: StorePart;

  beforeEach(async () => {
    store = connectStore({
      uri: uniquePlace().mongodbUri,
      logger: createLogger({ service: 'test', level: 'error' }),
    });
    await store.start();
  });
  afterEach(async () => {
    await store.stop(AbortSignal.timeout(5000));
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

  it('decides again when someone else applied meanwhile', async () => {
    const both = await Promise.all([applyFolder(store, first, plain), applyFolder(store, first, plain)]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(['applied', 'unchanged']);
  });
});
