import type { Catalog } from '@syncline/catalog';
import { aCatalog, eventually } from '@syncline/testkit';
import { aStore, many, silent, type TestStore } from './a-store.fixture.ts';
import { ConfigConflict } from './failure.ts';
import { followCatalog } from './follow-catalog.ts';

let test: TestStore;
beforeEach(async () => {
  test = await aStore();
});
afterEach(() => test.close());

const catalog: Catalog = aCatalog();
const change = (expectedRevision: number) => ({
  catalog,
  digest: 'd1',
  editedBy: 'apply' as const,
  expectedRevision,
});

describe('config', () => {
  it('is null, revision 0, before the first catalog', async () => {
    expect(await test.store.config.current()).toBeNull();
    expect(await test.store.config.revision()).toBe(0);
  });

  it('keeps a catalog and counts its changes', async () => {
    expect(await test.store.config.replace(change(0))).toBe(1);
    expect(await test.store.config.replace({ ...change(1), digest: null, editedBy: 'console' })).toBe(2);
    expect(await test.store.config.current()).toEqual({
      revision: 2,
      catalog,
      digest: null,
      editedBy: 'console',
    });
    expect(await test.store.config.revision()).toBe(2);
  });

  it('refuses a change that was made from an older revision', async () => {
    await test.store.config.replace(change(0));
    await expect(test.store.config.replace(change(0))).rejects.toThrow(ConfigConflict);
    await expect(test.store.config.replace(change(7))).rejects.toThrow(ConfigConflict);
    expect(await test.store.config.revision()).toBe(1);
  });

  it('lets one of many editors win each revision', async () => {
    const answers = await Promise.allSettled(many(10, () => test.store.config.replace(change(0))));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('followCatalog', () => {
  it('is not ready before it has read, and takes a store without a catalog for an empty one', async () => {
    const followed = followCatalog({ store: test.store, logger: silent });
    expect(followed.ready()).toMatchObject({ ready: false });
    await followed.refresh();
    expect(followed.ready()).toEqual({ ready: true });
    expect(followed.view().tenants).toEqual([]);
    expect(followed.revision()).toBe(0);
  });

  it('follows changes and tells its listeners', async () => {
    const followed = followCatalog({ store: test.store, logger: silent, everyMs: 20 });
    const heard: number[] = [];
    followed.onChange((view, revision) => {
      expect(view).toBe(followed.view());
      heard.push(revision);
    });
    await followed.start();
    await eventually(() => heard.length === 1);
    await test.store.config.replace(change(0));
    await eventually(() => followed.revision() === 1);
    expect(followed.view().tenants).toHaveLength(catalog.tenants.length);
    await test.store.config.replace(change(1));
    await followed.refresh();
    expect(heard).toEqual([0, 1, 2]);
    await followed.stop(new AbortController().signal);
  });
});
