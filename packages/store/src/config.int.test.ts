import type { Catalog } from '@syncline/catalog';
import { aCatalog, aDataCenter, aTenant, eventually, testSecretKey } from '@syncline/testkit';
import mongoose from 'mongoose';
import { aStore, many, silent, type TestStore } from './a-store.fixture.ts';
import { ConfigConflict, SecretKeyProblem } from './failure.ts';
import { followCatalog } from './follow-catalog.ts';
import { keyIdOf } from './secret-box.ts';

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

describe('the tokens of data centers', () => {
  const seeded = 'seeded-token-5d1c';
  const otherKey = Buffer.alloc(32, 1);
  const withToken = aCatalog({
    tenants: [
      aTenant({ dataCenters: [aDataCenter({ token: seeded }), aDataCenter({ id: 'dc-2', token: seeded })] }),
    ],
  });
  const seed = (catalog: Catalog = withToken, expectedRevision = 0) =>
    test.store.config.replace({ ...change(expectedRevision), catalog });

  /** The collection as anyone sees it who has the store's files. */
  async function natively<T>(use: (configs: mongoose.mongo.Collection) => Promise<T>): Promise<T> {
    const connection = await mongoose.createConnection(test.uri).asPromise();
    try {
      return await use(connection.collection('config'));
    } finally {
      await connection.close();
    }
  }
  const rawText = () => natively(async (configs) => JSON.stringify(await configs.find().toArray()));
  const writeRaw = (catalog: unknown) =>
    natively((configs) => configs.updateOne({}, { $set: { catalog: JSON.stringify(catalog) } }));

  it('are not to be found in the store, and come back as they were', async () => {
    await seed();
    const raw = await rawText();
    expect(raw).toContain('aes-256-gcm');
    expect(raw).not.toContain(seeded);
    expect(raw).not.toContain(Buffer.from(seeded).toString('base64url'));
    expect((await test.store.config.current())?.catalog).toEqual(withToken);
  });

  it('look different each time they are written, and for each data center', async () => {
    await seed();
    const texts = (raw: string) => raw.match(/text\\":\\"[\w-]+/g) ?? [];
    const first = texts(await rawText());
    await seed(withToken, 1);
    expect(new Set([...first, ...texts(await rawText())]).size).toBe(4);
  });

  it('are not written without a key', async () => {
    const keyless = await test.another([]);
    await expect(keyless.config.replace(change(0))).rejects.toThrow(
      /^SYNCLINE_SECRET_KEY is missing: .*openssl rand -base64 32/,
    );
    expect(await test.store.config.revision()).toBe(0);
  });

  it.each([
    ['no key', []],
    ['another key', [otherKey]],
  ])('are not read with %s: the error names the setting and the key', async (_, keys) => {
    await seed();
    const reading = (await test.another(keys)).config.current();
    await expect(reading).rejects.toThrow(SecretKeyProblem);
    await expect(reading).rejects.toThrow(
      new RegExp(`SYNCLINE_SECRET_KEY .*${keyIdOf(testSecretKey)}.*secret-key`),
    );
  });

  it('are read with any of several keys, and written with the first', async () => {
    await seed();
    const both = await test.another([otherKey, testSecretKey]);
    const current = await both.config.current();
    expect(current?.catalog).toEqual(withToken);
    await both.config.replace({ ...change(1), catalog: withToken });
    expect(await both.config.secrets()).toEqual({ clear: 0, byKey: new Map([[keyIdOf(otherKey), 2]]) });
    expect((await (await test.another([otherKey])).config.current())?.catalog).toEqual(withToken);
  });

  it('are read in clear where they were written so, and encrypted at the next write', async () => {
    await seed();
    await writeRaw(withToken);
    expect(await rawText()).toContain(seeded);
    expect(await test.store.config.secrets()).toMatchObject({ clear: 2 });
    expect((await test.store.config.current())?.catalog).toEqual(withToken);
    await seed(withToken, 1);
    expect(await rawText()).not.toContain(seeded);
  });

  it('cannot be moved to another data center, nor changed', async () => {
    await seed();
    const raw = await natively((configs) => configs.findOne());
    const kept = JSON.parse(String(raw?.['catalog'])) as { tenants: { dataCenters: { token: object }[] }[] };
    const centers = kept.tenants[0]?.dataCenters ?? [];
    await writeRaw({ ...kept, tenants: [{ ...kept.tenants[0], dataCenters: swapTokens(centers) }] });
    await expect(test.store.config.current()).rejects.toThrow(/dc-main of tenant 81138 was changed/);
    const damaged = centers.map((it) => ({ ...it, token: { ...it.token, text: 'AAAA' } }));
    await writeRaw({ ...kept, tenants: [{ ...kept.tenants[0], dataCenters: damaged }] });
    await expect(test.store.config.current()).rejects.toThrow(SecretKeyProblem);
  });

  it('keep a service from being ready until its key opens them, and say why', async () => {
    await seed();
    const followed = followCatalog({ store: await test.another([otherKey]), logger: silent });
    await expect(followed.refresh()).rejects.toThrow(SecretKeyProblem);
    expect(followed.ready()).toMatchObject({
      ready: false,
      reason: expect.stringContaining('SYNCLINE_SECRET_KEY') as string,
    });
  });
});

function swapTokens([first, second]: { token: object }[]): unknown[] {
  return [
    { ...first, token: second?.token },
    { ...second, token: first?.token },
  ];
}

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
