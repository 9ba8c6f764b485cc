import { Pass } from './pass.ts';
import { PollFailed } from './poll-failure.ts';
import type { Row } from './rows.ts';

/** One page, and the number that orders its records (design, "What is newer is defined"). */
export interface Page {
  /** drawn before the page was asked for */
  order: number;
  totalNum: number | null;
  rows: readonly Row[];
  /** what the ERP's clock said, if anything */
  erpTime: number | null;
}

/** Where the pages of one window come from and where they go. Both throw what ends the reading. */
export interface PageSource {
  ask(offset: number): Promise<Page>;
  /** Settles once the page's records are on the topic. */
  deliver(page: Page): Promise<void>;
}

export interface ReadingLimits {
  pageSize: number;
  /** of all readings of the window together */
  maxPages: number;
}

export interface Progress {
  totalNum: number | null;
  /** distinct records */
  received: number;
  pages: number;
  /** 1 unless the total was short or pages moved, so that it was read again */
  readings: number;
}

/** A window whose every page is on the topic. */
export interface WindowRead extends Progress {
  /** of the first page of the last reading */
  erpTime: number | null;
  /** why some records could not be had; null when all were */
  shortage: string | null;
}

/** A window in which records move is read again this often. */
const maxReadings = 4;
const maxToldProblems = 5;
const maxShortageLength = 2_000;

/**
 * Reads a window until nothing seems missed.
 * @param show told after each page
 * @throws PollFailed and whatever the source throws
 */
export async function readWindow(
  source: PageSource,
  limits: ReadingLimits,
  show: (progress: Progress) => void = () => undefined,
): Promise<WindowRead> {
  const passes: Pass[] = [];
  const received = new Set<string>();
  let asked = 0;
  for (;;) {
    const pass = new Pass(limits.pageSize);
    passes.push(pass);
    const erpTime = await readOnce(source, pass, () => {
      asked += 1;
      if (asked > limits.maxPages) throw tooManyPages(limits.maxPages);
      show(progressOf(passes, Math.max(received.size, pass.ids.size)));
    });
    const known = received.size;
    for (const id of pass.ids) received.add(id);
    if (received.size === 0 && pass.problems.size > 0) throw noRecords(pass.problems);
    const isWhole = pass.isWhole || isWholeTogether(passes, received.size);
    if (!isWhole && passes.length < maxReadings && !isSameAgain(passes, received.size - known)) continue;
    const missed = isWhole ? null : missing(passes, received.size);
    return { ...progressOf(passes, received.size), erpTime, shortage: shortageOf(missed, pass.problems) };
  }
}

/**
 * Reads it through once. While a page is on its way to the topic the next one is asked for.
 * @returns what the ERP's clock said with the first page
 */
async function readOnce(source: PageSource, pass: Pass, onPage: () => void): Promise<number | null> {
  let erpTime: number | null = null;
  let delivering: Promise<unknown> = Promise.resolve();
  try {
    for (let asked = 0; !pass.isOver; asked += 1) {
      const page = await source.ask(pass.offset);
      if (asked === 0) erpTime = page.erpTime;
      await delivering;
      // What came is passed on before it is judged: a page that repeats is an error, its records are none.
      delivering = source.deliver(page);
      delivering.catch(() => undefined);
      pass.take(page);
      onPage();
    }
  } finally {
    await Promise.allSettled([delivering]);
  }
  await delivering;
  return erpTime;
}

/** Where the order of rows is not stable, each reading misses some, and together they have all that there is. */
function isWholeTogether(passes: readonly Pass[], received: number): boolean {
  const totals = new Set(passes.map(({ total }) => total));
  const [total = null] = totals;
  if (total === null || totals.size > 1 || !passes.every(({ isSteady }) => isSteady)) return false;
  const besides = Math.max(...passes.map(({ accounted, ids }) => accounted - ids.size));
  return received + besides >= total;
}

/** Nothing moves any more: another reading would bring the same. */
function isSameAgain(passes: readonly Pass[], news: number): boolean {
  const [before, last] = passes.slice(-2);
  return (
    before !== undefined &&
    last !== undefined &&
    news === 0 &&
    before.total === last.total &&
    before.accounted === last.accounted
  );
}

function progressOf(passes: readonly Pass[], received: number): Progress {
  return {
    totalNum: passes.at(-1)?.firstTotal ?? null,
    received,
    pages: passes.reduce((sum, pass) => sum + pass.pages, 0),
    readings: passes.length,
  };
}

function shortageOf(missed: string | null, problems: ReadonlyMap<number, string>): string | null {
  const told = [missed, unreadable(problems)].filter((text) => text !== null);
  return told.length === 0 ? null : told.join('; ').slice(0, maxShortageLength);
}

function missing(passes: readonly Pass[], received: number): string {
  const total = passes.at(-1)?.total ?? null;
  const times = `in ${passes.length} readings`;
  return total === null || received >= total
    ? `records moved between the pages while they were read, ${times}; some may be missing`
    : `the ERP counts ${total} records and gave ${received} ${times}`;
}

function unreadable(problems: ReadonlyMap<number, string>): string | null {
  if (problems.size === 0) return null;
  const told = [...problems].slice(0, maxToldProblems).map(([place, problem]) => `row ${place}: ${problem}`);
  const rest = problems.size - told.length;
  return `${problems.size} rows are no records: ${told.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}

/** The object's `idField` may be wrong: the time must not count as read then. */
function noRecords(problems: ReadonlyMap<number, string>): PollFailed {
  return new PollFailed('no-records', unreadable(problems) ?? '');
}

function tooManyPages(maxPages: number): PollFailed {
  return new PollFailed(
    'too-many-pages',
    `the window has more than ${maxPages} pages; raise the object's pageSize or POLLER_MAX_PAGES`,
  );
}
