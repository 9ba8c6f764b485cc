import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCatalog, parseCatalog, planChanges, type Loaded, type Poll } from './index.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'syncline-polls-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(poll: string, allowFastPoll = false): Promise<Loaded> {
  const text = `tenants:
  - id: acme
    dataCenters:
      - { id: dc, channel: OA, baseUrl: "http://erp.example", token: t, timeZone: Asia/Shanghai }
erpObjects:
  - tenantId: acme
    dataCenterId: dc
    apiName: BD_Customer
    idField: FID
    poll:
      ${poll.replaceAll('\n', '\n      ')}
`;
  await writeFile(join(folder, 'acme.yaml'), text);
  return loadCatalog(folder, { env: {}, now: 0, allowFastPoll, checkExpression: () => null });
}

async function pollOf(poll: string, allowFastPoll = false): Promise<Poll | null | undefined> {
  const loaded = await load(poll, allowFastPoll);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  // What the store gives back must be the same.
  const stored = parseCatalog(JSON.parse(JSON.stringify(loaded.catalog)));
  expect(stored).toEqual(loaded.catalog);
  return stored.erpObjects[0]?.poll;
}

const daily = { kind: 'slots', months: null, cron: null, weekdays: null, daysOfMonth: null };

describe('the poll of an object', () => {
  it('is as it always was with everyMinutes alone, and every 6 minutes with nothing', async () => {
    const plain = { everyMs: 360_000, pageSize: 100, overlapMs: 120_000, lagMs: 0, startFrom: null };
    expect(await pollOf('everyMinutes: 6')).toEqual(plain);
    expect(await pollOf('pageSize: 100')).toEqual(plain);
  });

  it('may have a daily window', async () => {
    expect(await pollOf('everyMinutes: 10\nbetween: ["08:00", 24:00]')).toMatchObject({
      everyMs: 600_000,
      schedule: { kind: 'between', from: 480, to: 1440 },
    });
  });

  it('may have times of the day, on some days', async () => {
    expect(await pollOf('dailyAt: [14:30, 02:00]')).toMatchObject({
      everyMs: 690 * 60_000,
      schedule: { ...daily, times: [120, 870] },
    });
    expect(await pollOf('dailyAt: [02:00]\nweekdays: [tue, sun]\ndaysOfMonth: [15, 1]')).toMatchObject({
      everyMs: 86_400_000,
      schedule: { ...daily, times: [120], weekdays: [0, 2], daysOfMonth: [1, 15] },
    });
  });

  it('may be cron', async () => {
    const poll = await pollOf('cron: "*/10 8-19 * * 1-5"');
    expect(poll).toMatchObject({ everyMs: 600_000, schedule: { cron: '*/10 8-19 * * 1-5' } });
  });

  it('may have a full sweep beside it', async () => {
    expect(
      (await pollOf('everyMinutes: 6\nfullSweep: { dailyAt: ["01:00"], weekdays: [sun] }'))?.sweep,
    ).toEqual({
      schedule: { ...daily, times: [60], weekdays: [0] },
      days: null,
    });
    const poll = await pollOf('fullSweep: { cron: "0 3 * * *", days: 30 }');
    expect(poll).toMatchObject({ everyMs: 360_000, sweep: { days: 30 } });
    expect((await pollOf('everyMinutes: 6\nfullSweep:'))?.sweep).toBeUndefined();
  });

  it('may be faster where fast polls are allowed, with ten minutes all the same', async () => {
    expect(await pollOf('cron: "0,1,2 * * * *"', true)).toMatchObject({ everyMs: 60_000 });
    expect(await pollOf('dailyAt: ["08:00", "08:01"]', true)).toMatchObject({ everyMs: 60_000 });
    expect(await load('cron: "* * * * *"', true)).toMatchObject({ ok: false });
  });

  it('is told in words by the plan', async () => {
    const loaded = await load(
      'everyMinutes: 10\nbetween: ["08:00", "20:00"]\nfullSweep: { dailyAt: ["02:00"] }',
    );
    if (!loaded.ok) throw new Error(loaded.error.message);
    const [object] = planChanges(null, loaded.catalog, { prune: false }).filter(
      (it) => it.kind === 'ERP object',
    );
    expect(object?.details).toEqual(
      expect.arrayContaining(['polled every 10 minutes from 08:00 to 20:00', 'full sweep daily at 02:00']),
    );
  });

  const end = 'an end after the begin, on the same day';
  const bad: [poll: string, path: string, line: number, expected: string | RegExp][] = [
    ['everyMinutes: 5', 'everyMinutes', 11, 'minutes from 6 to 10080'],
    ['everyMinutes: 6\ncron: "0 2 * * *"', 'cron', 12, 'one of everyMinutes, everySeconds, dailyAt, cron'],
    ['dailyAt: [02:00]\ncron: "0 2 * * *"', 'cron', 12, 'one of everyMinutes, everySeconds, dailyAt, cron'],
    ['dailyAt: [02:00]\nbetween: ["08:00", "20:00"]', 'between', 12, /^everyMinutes beside it/],
    ['everyMinutes: 6\nweekdays: [mon]', 'weekdays', 12, /^dailyAt beside it/],
    ['between: ["20:00", "08:00"]', 'between', 11, end],
    ['between: ["08:00", "08:00"]', 'between', 11, end],
    ['between: ["8:00", "20:00"]', 'between[0]', 11, 'a time of day such as "08:00"'],
    ['between: ["24:00", "24:00"]', 'between[0]', 11, 'a time of day such as "08:00"'],
    ['between: ["08:00"]', 'between', 11, 'a begin and an end such as ["08:00", "20:00"]'],
    ['dailyAt: "02:00"', 'dailyAt', 11, 'a list of times of day'],
    ['dailyAt: []', 'dailyAt', 11, 'at least one time of day'],
    ['dailyAt: ["25:00"]', 'dailyAt[0]', 11, 'a time of day such as "08:00"'],
    [
      'dailyAt: ["23:57", "00:02"]',
      'dailyAt',
      11,
      'times that are at least 6 minutes apart, over midnight too',
    ],
    [
      'dailyAt: ["08:00", "08:00"]',
      'dailyAt',
      11,
      'times that are at least 6 minutes apart, over midnight too',
    ],
    ['dailyAt: [02:00]\nweekdays: [monday]', 'weekdays[0]', 12, 'one of sun, mon, tue, wed, thu, fri, sat'],
    ['dailyAt: [02:00]\ndaysOfMonth: [32]', 'daysOfMonth[0]', 12, 'a whole number from 1 to 31'],
    ['cron: "0 2 * *"', 'cron', 11, /^a cron expression of five fields/],
    ['cron: 5', 'cron', 11, 'a cron expression of five fields'],
    ['cron: "0-59/5 * * * *"', 'cron', 11, 'at most 10 values in the minute field (it has 12)'],
    ['cron: "0,57 2 * * *"', 'cron', 11, /^at least 6 minutes between the minutes, .* 3 apart\)$/],
    ['fullSweep: { days: 3 }', 'fullSweep', 11, 'exactly one of dailyAt and cron'],
    ['fullSweep: { everyMinutes: 60 }', 'fullSweep.everyMinutes', 11, /^one of dailyAt, weekdays/],
    ['fullSweep: { cron: "0,57 2 * * *" }', 'fullSweep.cron', 11, /^at least 6 minutes/],
    [
      'everyMinutes: 6\nfullSweep: { dailyAt: [02:00], days: 0 }',
      'fullSweep.days',
      12,
      'days from 1 to 36500',
    ],
  ];
  it.each(bad)('refuses %j, with line, path and what is expected', async (poll, path, line, expected) => {
    const loaded = await load(poll);
    if (loaded.ok) throw new Error('it was taken');
    expect(loaded.error).toMatchObject({ path: `erpObjects[0].poll.${path}`, line });
    expect(loaded.error.expected).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    );
  });
});
