import { aStore, many, type TestStore } from './a-store.fixture.ts';
import type { ErpAttempt } from './erp-attempts.ts';

let test: TestStore;
beforeAll(async () => {
  test = await aStore();
});
afterAll(() => test.close());

const anAttempt = (id: string, startedAt = 1000): Omit<ErpAttempt, 'result'> => ({
  id,
  rowId: 'row',
  tenantId: '81138',
  dataCenterId: 'dc-main',
  startedAt,
  deadline: startedAt + 30_000,
});

describe('erpAttempts', () => {
  it('opens an attempt once, and then says what became of it', async () => {
    const { erpAttempts } = test.store;
    expect(await erpAttempts.open([anAttempt('s1/1')])).toEqual(new Map([['s1/1', 'opened']]));
    const again = await erpAttempts.open([anAttempt('s1/1', 9000), anAttempt('s1/2', 9000)]);
    expect(again.get('s1/1')).toEqual({ ...anAttempt('s1/1'), result: null });
    expect(again.get('s1/2')).toBe('opened');
    const result = '{"kind":"accepted","a.b":{"$x":1}}';
    await erpAttempts.close([{ id: 's1/1', result }]);
    expect((await erpAttempts.open([anAttempt('s1/1')])).get('s1/1')).toMatchObject({ result });
    expect((await erpAttempts.readMany(['s1/1', 'none'])).size).toBe(1);
  });

  it('opens for one of many pushers', async () => {
    const another = await test.another();
    const ids = many(20, (index) => `raced-${String(index)}/1`);
    const answers = await Promise.all(
      many(10, (pusher) =>
        (pusher % 2 === 0 ? test.store : another).erpAttempts.open(ids.map((id) => anAttempt(id))),
      ),
    );
    for (const id of ids) expect(answers.filter((answer) => answer.get(id) === 'opened')).toHaveLength(1);
  });

  it('removes old ones', async () => {
    await test.store.erpAttempts.open([anAttempt('old/1', 1), anAttempt('young/1', 99_000)]);
    await test.store.erpAttempts.removeOlderThan(50_000, 1000);
    expect([...(await test.store.erpAttempts.readMany(['old/1', 'young/1'])).keys()]).toEqual(['young/1']);
  });
});
