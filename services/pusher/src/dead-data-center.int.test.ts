import type { ServerResponse } from 'node:http';
import { aDataCenter, anErpObject, aTenant, eventually } from '@syncline/testkit';
import { anErp, aWrite, startPusher, Surroundings } from './a-pusher.fixture.ts';

const concurrency = 4;
/** more than the process may have in flight */
const toTheSilent = 300;
/** all of them at once, so that none has to go back for its own pace */
const toTheLively = 100;

describe('a data center that does not answer', () => {
  let silent: Awaited<ReturnType<typeof anErp>>;
  let lively: Awaited<ReturnType<typeof anErp>>;
  let around: Surroundings;
  let pusher: { stop(): Promise<void> };
  const held: ServerResponse[] = [];

  beforeAll(async () => {
    [silent, lively] = await Promise.all([anErp(), anErp()]);
    silent.answer = (response) => void held.push(response);
    around = new Surroundings();
    // Its calls end long after this test.
    const slow = { concurrency, timeoutMs: 600_000 };
    const dataCenters = [
      aDataCenter({ id: 'dc-silent', baseUrl: silent.baseUrl, ...slow }),
      aDataCenter({ id: 'dc-lively', baseUrl: lively.baseUrl, concurrency: 2 * toTheLively }),
    ];
    await around.start(
      {},
      {
        tenants: [aTenant({ dataCenters })],
        erpObjects: dataCenters.map(({ id }) => anErpObject({ dataCenterId: id })),
      },
    );
    pusher = await startPusher(around);
  }, 60_000);
  afterAll(async () => {
    const answer = (response: ServerResponse) =>
      void response.end('{"code":"0","data":{"masterDataId":"E1"}}');
    silent.answer = answer;
    held.forEach(answer);
    await pusher.stop();
    await around.stop();
    silent.stop();
    lively.stop();
  });

  it('takes its own slots alone: the writes of another one all go through meanwhile', async () => {
    const toSilent = Array.from({ length: toTheSilent }, () => aWrite({ dataCenterId: 'dc-silent' }));
    const toLively = Array.from({ length: toTheLively }, () => aWrite({ dataCenterId: 'dc-lively' }));
    await around.inFlight(...toSilent, ...toLively);
    // All of it ahead of the others.
    await around.publish(...toSilent);
    await eventually(() => silent.asked.length > 0, { withinMs: 20_000, everyMs: 50 });
    await around.publish(...toLively);
    const isLively = new Set(toLively.map(({ syncId }) => syncId));
    const answered = () => around.results.filter(({ result }) => isLively.has(result.syncId));
    await eventually(() => answered().length === toTheLively, { withinMs: 60_000, everyMs: 100 });
    expect(new Set(answered().map(({ result }) => result.outcome.kind))).toEqual(new Set(['accepted']));
    expect(silent.asked.length).toBeLessThanOrEqual(concurrency);
    // None was lost or failed for it: they go back, and use no attempt.
    const others = around.results.filter(({ result }) => !isLively.has(result.syncId));
    expect(new Set(others.map(({ result }) => result.outcome.kind))).toEqual(new Set(['deferred']));
  }, 90_000);
});
