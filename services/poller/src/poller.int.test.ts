import { eventually } from '@syncline/testkit';
import { aPoll, Erp, names, Surroundings, taskIdOf, type RunningPoller } from './a-poller.fixture.ts';

// Store, broker and other tests share the machine.
const { jest } = import.meta;
jest.setTimeout(60_000);

const erp = new Erp();
const around = new Surroundings();
const pollers: RunningPoller[] = [];

beforeAll(async () => {
  await erp.start();
  await around.start();
});
afterAll(async () => {
  await around.stop();
  erp.stop();
});
beforeEach(() => erp.reset());
afterEach(async () => {
  await Promise.all(pollers.splice(0).map((poller) => poller.stop()));
});

const startPoller = async (...options: Parameters<Surroundings['startPoller']>): Promise<void> => {
  pollers.push(await around.startPoller(...options));
};

describe('the poller', () => {
  it('polls every object at its pace, each window from the end of the last', async () => {
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Paced', poll: aPoll({ everyMs: 300, overlapMs: 100 }) }]);
    await startPoller();
    for (const id of names(20)) {
      erp.edit('BD_Paced', id);
      const before = erp.asked.length;
      await eventually(() => erp.asked.length > before);
    }
    await around.received('BD_Paced', names(20));
    const windows = (await around.windows('BD_Paced'))
      .filter(({ status }) => status === 'complete')
      .reverse();
    for (const [index, { startTime }] of windows.entries()) {
      const before = windows[index - 1];
      if (before !== undefined) expect(startTime).toBe(before.endTime - 100);
    }
    const tries = windows.map(({ openedAt }) => openedAt);
    for (const [index, at] of tries.entries()) {
      if (index > 0) expect(at - (windows[index - 1]?.closedAt ?? 0)).toBeGreaterThanOrEqual(250);
    }
  });

  it('follows the configuration: new objects are polled, removed ones are not', async () => {
    const fast = aPoll({ everyMs: 200 });
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Old', poll: fast }]);
    await startPoller();
    await eventually(() => erp.asked.some(({ objectApiName }) => objectApiName === 'BD_Old'));
    erp.edit('BD_New', 'N1');
    await around.apply(erp.baseUrl, [{ apiName: 'BD_New', poll: fast }]);
    await around.received('BD_New', ['N1']);
    erp.asked.length = 0;
    await eventually(() => erp.asked.length > 5);
    expect(new Set(erp.asked.map(({ objectApiName }) => objectApiName))).toEqual(new Set(['BD_New']));
  });

  it('leaves a window whose object is removed, and counts no try', async () => {
    for (const id of names(50)) erp.edit('BD_Removed', id, { at: Date.now() - 1_000 });
    const held: (() => void)[] = [];
    erp.meanwhile = ({ objectApiName, offset }) =>
      objectApiName === 'BD_Removed' && offset === 20
        ? new Promise((resolve) => held.push(() => resolve(false)))
        : false;
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Removed', poll: aPoll() }]);
    await startPoller();
    await eventually(() => held.length === 1);
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Other', poll: aPoll({ everyMs: 200 }) }]);
    await eventually(() => erp.asked.some(({ objectApiName }) => objectApiName === 'BD_Other'));
    held[0]?.();
    await eventually(async () => (await around.task('BD_Removed')).owner === null);
    expect(await around.task('BD_Removed')).toMatchObject({ failures: 0, checkpoint: null });
    const [window] = await around.windows('BD_Removed');
    expect(window).toMatchObject({ status: 'failed', error: 'BD_Removed is not polled any more' });
    expect(erp.asked.filter(({ offset }) => offset > 20)).toEqual([]);
  });

  it('tries again after a growing delay, then lets a dead data center rest and loses no try', async () => {
    erp.meanwhile = (_, response) => {
      response.writeHead(500).end('down');
      return true;
    };
    const breaker = { failures: 4, probeSeconds: 3_600 };
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Down', poll: aPoll({ everyMs: 300 }) }], { breaker });
    await startPoller();
    // Three tries of a page each time, so that the breaker opens during the second window.
    await eventually(() => erp.asked.length === 4, { withinMs: 20_000 });
    await eventually(async () => {
      const [window] = await around.windows('BD_Down');
      return window?.status === 'failed' && window.error?.includes('does not answer') === true;
    });
    await eventually(async () => {
      expect(await around.task('BD_Down')).toMatchObject({ failures: 1, owner: null, checkpoint: null });
    });
    expect((await around.task('BD_Down')).lastError).toContain('HTTP 500');
    expect(erp.asked).toHaveLength(4);
  });

  it('honours Retry-After without counting it as a failed window', async () => {
    let refusals = 0;
    erp.meanwhile = (_, response) => {
      if ((refusals += 1) > 1) return false;
      response.writeHead(429, { 'retry-after': '2' }).end();
      return true;
    };
    erp.edit('BD_Busy', 'B1', { at: Date.now() - 1_000 });
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Busy', poll: aPoll() }]);
    const before = performance.now();
    await startPoller();
    await around.received('BD_Busy', ['B1']);
    expect(performance.now() - before).toBeGreaterThan(2_000);
    expect((await around.task('BD_Busy')).failures).toBe(0);
  });

  it('stops after the page in hand, gives the task back, and another goes on from there', async () => {
    for (const id of names(50)) erp.edit('BD_Stopped', id, { at: Date.now() - 1_000 });
    const held: (() => void)[] = [];
    erp.meanwhile = ({ offset }) =>
      offset === 20 && held.length === 0 ? new Promise((resolve) => held.push(() => resolve(false))) : false;
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Stopped', poll: aPoll() }]);
    const first = await around.startPoller();
    await eventually(() => held.length === 1);
    const stopping = first.stop();
    held[0]?.();
    await stopping;
    expect(erp.asked.map(({ offset }) => offset)).toEqual([0, 10, 20]);
    await around.received('BD_Stopped', names(30));
    expect(await around.task('BD_Stopped')).toMatchObject({ owner: null, failures: 0, checkpoint: null });
    await startPoller();
    await around.received('BD_Stopped', names(50));
  });
});

describe('two pollers', () => {
  it('share the tasks and never ask for one object at the same time', async () => {
    const objects = names(8, 'BD_Shared');
    const poll = aPoll({ everyMs: 150 });
    erp.meanwhile = async () => {
      await new Promise((resolve) => setTimeout(resolve, 15));
      return false;
    };
    await around.apply(
      erp.baseUrl,
      objects.map((apiName) => ({ apiName, poll })),
    );
    await startPoller();
    await startPoller();
    const owners = new Set<string>();
    const edited = new Map(objects.map((object) => [object, [] as string[]]));
    await eventually(
      async () => {
        for (const [object, ids] of edited) {
          ids.push(`${object}-${String(ids.length)}`);
          erp.edit(object, ids.at(-1) ?? '');
        }
        const tasks = await around.store.pollTasks.list(objects.map(taskIdOf));
        for (const { owner } of tasks) if (owner !== null) owners.add(owner);
        return owners.size === 2 && erp.asked.length > 400;
      },
      { withinMs: 60_000 },
    );
    for (const [object, ids] of edited) await around.received(object, ids);
    expect(erp.mostAtOnce).toBe(1);
  }, 120_000);
});
