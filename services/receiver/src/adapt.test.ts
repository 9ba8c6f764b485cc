import { catalogView } from '@syncline/catalog';
import { createAdapters, type Adapters } from '@syncline/functions';
import type { CachedPush } from '@syncline/store';
import { aCatalog, anErpObject } from '@syncline/testkit';
import { aCachedPush } from './a-receiver.fixture.ts';
import { adaptPush } from './adapt.ts';

const adapter = { kind: 'function', source: 'function adapt({ body }) { return body; }' } as const;
const view = catalogView(aCatalog({ erpObjects: [anErpObject({ adapter })], streams: [] }));
const xml = { parse: () => Promise.reject(new Error('no XML here')) };
let adapters: Adapters;

beforeAll(() => {
  adapters = createAdapters({ timeLimitMs: 2_000, logger: { warn: () => undefined } });
});
afterAll(() => adapters.stop(AbortSignal.timeout(1_000)));

function aPush(body: unknown, over: Partial<CachedPush> = {}): CachedPush {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return { ...aCachedPush('p1', 0), dataId: null, order: 5_000, body: bytes, ...over };
}

const adapt = (push: CachedPush) => adaptPush(push, view, { adapters, xml });
const record = (FCUSTID: string, over = {}) => ({
  objAPIName: 'BD_Customer',
  masterFieldVal: { FCUSTID },
  ...over,
});

describe('adaptPush', () => {
  it('takes the id from the record or its id field, and the operation from the record or the push', async () => {
    const push = aPush([record('a'), record('', { id: 7 }), record('c', { operationType: 1 })], {
      operationType: 3,
    });
    const { records, problems } = await adapt(push);
    expect(problems).toEqual([]);
    expect(records).toMatchObject([
      { dataId: 'a', operationType: 3, index: 0 },
      { dataId: '7', operationType: 3, index: 1 },
      { dataId: 'c', operationType: 1, index: 2 },
    ]);
  });

  it('numbers records of one id by their place, others alike', async () => {
    const { records } = await adapt(aPush([record('a'), record('b'), record('a'), record('a')]));
    expect(records.map(({ order }) => order)).toEqual([5_000, 5_000, 5_001, 5_002]);
  });

  it('uses no more numbers for one id than were kept for the push', async () => {
    const { records, problems } = await adapt(aPush(Array.from({ length: 1_002 }, () => record('a'))));
    expect(records.at(-1)?.order).toBe(5_999);
    expect(problems).toHaveLength(2);
    expect(problems[0]?.code).toBe('too-many-records');
  });

  it('says that the object has no adapter any more', async () => {
    const { records, problems } = await adapt(aPush([], { objectApiName: 'Gone' }));
    expect(records).toEqual([]);
    expect(problems).toEqual([{ code: 'no-adapter', message: 'the object Gone has no adapter any more' }]);
  });

  it('says that the bytes are no text', async () => {
    const { problems } = await adapt(aPush(Buffer.from([0x22, 0xff, 0x22])));
    const message = 'the bytes are not text in utf-8; name their charset in Content-Type';
    expect(problems).toEqual([{ code: 'unreadable-body', message }]);
  });

  it('makes nothing of a push that the adapter has nothing to say about', async () => {
    expect(await adapt(aPush(null))).toEqual({ records: [], problems: [], log: [] });
  });
});
