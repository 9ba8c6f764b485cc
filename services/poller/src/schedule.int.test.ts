import type { Schedule, SlotSchedule } from '@syncline/catalog';
import { eventually } from '@syncline/testkit';
import { aPoll, Erp, names, Surroundings, taskIdOf, type RunningPoller } from './a-poller.fixture.ts';

// Store, broker and other tests share the machine.
const { jest } = import.meta;
jest.setTimeout(60_000);

const dayMs = 24 * 3_600_000;
const minuteMs = 60_000;
const erp = new Erp();
const around = new Surroundings();
/** How far all clocks of the test are ahead. */
let aheadMs = 0;
let poller: RunningPoller;

beforeAll(async () => {
  await erp.start();
  await around.start();
});
afterAll(async () => {
  await around.stop();
  erp.stop();
});
beforeEach(() => erp.reset());
afterEach(() => poller.stop());

const clock = { now: () => Date.now() + aheadMs };
const dataCenter = { timeZone: 'Asia/Shanghai' };
const atTwo: SlotSchedule = {
  kind: 'slots',
  times: [120],
  daysOfMonth: null,
  months: null,
  weekdays: null,
  cron: null,
};

function moveOn(byMs: number): void {
  aheadMs += byMs;
  erp.skewMs = aheadMs;
}

/** Sets the clocks to tomorrow's 02:00 in Shanghai and some ms more. */
function setToTwo(moreMs: number): void {
  const two = Math.floor(Date.now() / dayMs) * dayMs + 2 * dayMs - 6 * 3_600_000;
  aheadMs = 0;
  moveOn(two + moreMs - Date.now());
}

const askedFor = (object: string): number =>
  erp.asked.filter(({ objectApiName }) => objectApiName === object).length;

/** An object that shows that the poller looks at its tasks; another one each time, as the clocks of tests go back too. */
let often = '';
let count = 0;
function newOften() {
  count += 1;
  often = `BD_Often${String(count)}`;
  return { apiName: often, poll: aPoll({ everyMs: 200, startFrom: clock.now() - minuteMs }) };
}

/** The poller has looked at its tasks a few times. */
async function looks(): Promise<void> {
  const before = askedFor(often);
  await eventually(() => askedFor(often) > before + 3, { withinMs: 30_000 });
}

describe('an object with fixed times', () => {
  it('is polled at them in the time zone of its data center, once each, and after downtime for the one it missed', async () => {
    setToTwo(-2 * minuteMs);
    const poll = aPoll({ startFrom: clock.now() - minuteMs, schedule: atTwo });
    await around.apply(erp.baseUrl, [newOften(), { apiName: 'BD_Nightly', poll }], dataCenter);
    poller = await around.startPoller({ clock });
    await looks();
    expect(askedFor('BD_Nightly')).toBe(0);
    moveOn(2 * minuteMs);
    await eventually(async () => (await around.windows('BD_Nightly'))[0]?.status === 'complete');
    moveOn(3_600_000);
    await looks();
    const windows = await around.windows('BD_Nightly');
    expect(windows.map(({ kind }) => kind)).toEqual(['increment']);
    await poller.stop();
    moveOn(2 * dayMs);
    poller = await around.startPoller({ clock });
    await eventually(async () => (await around.windows('BD_Nightly')).length === 2);
    await looks();
    const [later, first] = await around.windows('BD_Nightly');
    expect(await around.windows('BD_Nightly')).toHaveLength(2);
    expect(later?.startTime).toBe((first?.endTime ?? 0) - poll.overlapMs);
  });

  it('is polled by a person at any time', async () => {
    setToTwo(minuteMs);
    const poll = aPoll({ startFrom: clock.now() - minuteMs, schedule: atTwo });
    await around.apply(erp.baseUrl, [{ apiName: 'BD_Asked', poll }], dataCenter);
    poller = await around.startPoller({ clock });
    const answer = await fetch(`${poller.url}/poll-tasks/81138/dc-main/BD_Asked/run`, { method: 'POST' });
    expect(answer.status).toBe(200);
    expect((await around.windows('BD_Asked')).map(({ kind }) => kind)).toEqual(['run-now']);
  });
});

describe('an object with a daily window', () => {
  it('is not polled outside', async () => {
    setToTwo(-minuteMs);
    const schedule: Schedule = { kind: 'between', from: 120, to: 180 };
    const poll = aPoll({ everyMs: 300, startFrom: clock.now() - minuteMs, schedule });
    await around.apply(erp.baseUrl, [newOften(), { apiName: 'BD_Office', poll }], dataCenter);
    poller = await around.startPoller({ clock });
    await looks();
    expect(askedFor('BD_Office')).toBe(0);
    moveOn(minuteMs);
    await eventually(() => askedFor('BD_Office') > 2);
    moveOn(60 * minuteMs);
    await looks();
    const before = askedFor('BD_Office');
    await looks();
    expect(askedFor('BD_Office')).toBe(before);
  });
});

describe('a full sweep', () => {
  it('reads everything again in slices, as windows of its own, and leaves the increments alone', async () => {
    setToTwo(-2 * minuteMs);
    const old = names(25, 'S');
    for (const [index, id] of old.entries())
      erp.edit('BD_Swept', id, { at: clock.now() - (index + 1) * dayMs });
    const poll = aPoll({ startFrom: clock.now() - 30 * dayMs, sweep: { schedule: atTwo, days: null } });
    await around.apply(erp.baseUrl, [newOften(), { apiName: 'BD_Swept', poll }], dataCenter);
    poller = await around.startPoller({ clock });
    await around.received('BD_Swept', old);
    await eventually(async () => (await around.windows('BD_Swept'))[0]?.status === 'complete');
    await looks();
    const { checkpoint } = await around.task('BD_Swept');
    const readOnce = around.recordsOf('BD_Swept').length;
    moveOn(2 * minuteMs);
    const begunAt = clock.now();
    const sweepId = `${taskIdOf('BD_Swept')}/sweep`;
    const sweep = async () => (await around.store.pollTasks.list([sweepId]))[0];
    await eventually(
      async () => {
        const task = await sweep();
        return task?.checkpoint === null && (task.servedAt ?? 0) >= begunAt;
      },
      { withinMs: 30_000 },
    );
    await looks();
    const windows = (await around.store.pollWindows.list({ taskId: sweepId, limit: 100 })).items;
    expect(windows.length).toBeGreaterThan(2);
    expect(new Set(windows.map(({ kind, status }) => `${kind} ${status}`))).toEqual(
      new Set(['sweep complete']),
    );
    expect(windows.at(-1)?.startTime).toBe(poll.startFrom);
    await eventually(() => {
      const again = around.recordsOf('BD_Swept').slice(readOnce);
      return new Set(again.map(({ record }) => record.dataId)).size === old.length;
    });
    expect((await around.task('BD_Swept')).checkpoint).toBe(checkpoint);
    expect((await around.windows('BD_Swept')).every(({ kind }) => kind === 'increment')).toBe(true);
  });
});
