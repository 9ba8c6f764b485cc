import { readCron } from './cron.ts';
import { scheduleText, sweepText } from './words.ts';

const expected = (text: string, isFast = false): string => {
  const read = readCron(text, isFast);
  return 'expected' in read ? read.expected : 'nothing else';
};

describe('a cron expression', () => {
  it('has five fields', () => {
    expect(readCron(' */10  8-9 * JAN,3 mon-fri ', false)).toEqual({
      schedule: {
        kind: 'slots',
        times: [480, 490, 500, 510, 520, 530, 540, 550, 560, 570, 580, 590],
        daysOfMonth: null,
        months: [1, 3],
        weekdays: [1, 2, 3, 4, 5],
        cron: '*/10 8-9 * JAN,3 mon-fri',
      },
    });
  });

  it('takes 7 for Sunday', () => {
    expect(readCron('0 0 * * 7', false)).toMatchObject({ schedule: { weekdays: [0] } });
  });

  it.each([
    '',
    '@daily',
    '0 0 0 * * *',
    '0 0 * *',
    'H * * * *',
    '0 0 L * *',
    '0 0 ? * *',
    '0 0 * * 1#2',
    '60 * * * *',
    '0 24 * * *',
    '0 0 0 * *',
    '0 0 31 2 *',
    '0 0 30 2 *',
    '5-1 * * * *',
    '*/0 * * * *',
    '0 0 * foo *',
  ])('refuses %j', (text) => {
    expect(expected(text)).toMatch(/^a (cron expression of five fields|date that occurs)/);
  });

  it('has at most 10 minutes, with fast polls too', () => {
    expect(expected('0,6,12,18,24,30,36,42,48,54 * * * *')).toBe('nothing else');
    for (const isFast of [false, true])
      expect(expected('*/5 * * * *', isFast)).toBe('at most 10 values in the minute field (it has 12)');
  });

  it.each(['0,5 * * * *', '*/7 * * * *', '2,58 1 * * *', '10-12 * * * *'])(
    'has no two minutes under 6 minutes apart, over the hour too: %s',
    (text) => {
      expect(expected(text)).toMatch(/^at least 6 minutes between the minutes/);
      expect(expected(text, true)).toBe('nothing else');
    },
  );
});

describe('a schedule in words', () => {
  const words = (cron: string): string => {
    const read = readCron(cron, false);
    return 'schedule' in read ? scheduleText({ everyMs: 1, schedule: read.schedule }) : read.expected;
  };

  it('says when', () => {
    expect(scheduleText({ everyMs: 360_000 })).toBe('every 6 minutes');
    expect(scheduleText({ everyMs: 2_000 })).toBe('every 2 seconds');
    const schedule = { kind: 'between', from: 480, to: 1440 } as const;
    expect(scheduleText({ everyMs: 360_000, schedule })).toBe('every 6 minutes from 08:00 to 24:00');
    expect(words('*/20 8-9 * 1 *')).toBe(
      'daily at 08:00, 08:20, 08:40, 09:00, 09:20, 09:40, in months 1 (cron */20 8-9 * 1 *)',
    );
    expect(words('*/10 * 1 * 1')).toBe(
      'on mon and on days 1 of the month at minutes 0, 10, 20, 30, 40, 50 of every hour (cron */10 * 1 * 1)',
    );
  });

  it('says how far a sweep goes back', () => {
    const read = readCron('0 3 * * 0', false);
    if ('expected' in read) throw new Error(read.expected);
    expect(sweepText({ schedule: read.schedule, days: 30 })).toBe(
      'on sun at 03:00 (cron 0 3 * * 0), 30 days back',
    );
  });
});
