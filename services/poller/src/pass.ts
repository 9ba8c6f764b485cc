import { PollFailed } from './poll-failure.ts';
import { isProblem, type Row } from './rows.ts';

export interface PageAnswer {
  totalNum: number | null;
  rows: readonly Row[];
}

/**
 * One reading of a window by offset and limit, as a machine that is told each page and says where the next one begins.
 *
 * A record that somebody edits leaves the window, and all behind it move up by one place; a reader that goes on at its
 * old place misses one. The falling total gives that away: unread rows begin no earlier than `#boundary`, which goes back
 * by as much as the total fell. While totals fall, pages also begin a little earlier (`#margin`), so that a page shows
 * again what is read and the gap is closed by the same request. A record that enters before the reader's place moves
 * rows back, and the last ones are met again: the window is to be read once more (`isWhole`).
 */
export class Pass {
  readonly ids = new Set<string>();
  /** rows that are no records, by their place */
  readonly problems = new Map<number, string>();
  pages = 0;
  isOver = false;
  /** as the ERP said first */
  firstTotal: number | null = null;
  /** as it said last; null when it said none that can be true */
  total: number | null = null;
  /** the total never moved */
  isSteady = true;
  readonly #limit: number;
  #isTotalTrusted = true;
  #boundary = 0;
  #margin = 0;
  /** rows were read up to this place */
  #readTo = 0;
  /** of ids that one page showed several times: an ERP that lists a row for each detail */
  #repeats = 0;
  #moved = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Where the next page begins. */
  get offset(): number {
    return Math.max(0, this.#boundary - this.#margin);
  }

  /** How many rows of the total are explained. */
  get accounted(): number {
    return this.ids.size + this.#repeats + this.problems.size;
  }

  /** As far as can be seen, nothing was missed. */
  get isWhole(): boolean {
    return this.#moved === 0 && (this.total === null || this.accounted >= this.total);
  }

  /**
   * Takes the page that begins at `offset`.
   * @throws PollFailed when the ERP gives the same page again
   */
  take(page: PageAnswer): void {
    const { offset } = this;
    const size = page.rows.length;
    const wasEnough = this.#isEnough();
    const isAhead = offset + size > this.#readTo;
    const { fell, isStill } = this.#takeTotal(page, offset);
    const { fresh, moved } = this.#takeRows(page.rows, offset);
    const hasGap = this.#moveOn(offset, size, fell);
    const hasNews = size === 0 || fresh > 0;
    if (hasNews || !wasEnough) this.#moved += moved;
    this.isOver = !hasGap && (size === 0 || (!hasNews && wasEnough) || this.#endsShort(size));
    if (!this.isOver && !hasNews && isStill && isAhead) throw repeatedPage(offset);
  }

  /** @returns whether there may be unread rows before this page */
  #moveOn(offset: number, size: number, fell: number): boolean {
    if (size > 0 || this.pages === 0) this.pages += 1;
    this.#readTo = Math.max(this.#readTo, offset + size);
    const unreadFrom = Math.max(0, this.#boundary - fell);
    const hasGap = offset > unreadFrom;
    this.#boundary = hasGap ? unreadFrom : Math.max(unreadFrom, offset + size);
    // At most half a page, so that every page leads on.
    const half = Math.floor((size || this.#limit) / 2);
    this.#margin = fell > 0 ? Math.min(2 * fell, half) : Math.floor(this.#margin / 2);
    return hasGap;
  }

  /** A full page may hide more than the total admits, so that one is followed by another look. */
  #endsShort(size: number): boolean {
    return size < this.#limit && this.#isEnough();
  }

  #isEnough(): boolean {
    return this.total !== null && this.#boundary >= this.total && this.accounted >= this.total;
  }

  #takeTotal({ totalNum, rows }: PageAnswer, offset: number): { fell: number; isStill: boolean } {
    const still = { fell: 0, isStill: true };
    this.firstTotal ??= totalNum;
    // Behind the last row some ERPs say 0; and some always say how many rows the page has, or are left.
    const isBehindAll = rows.length === 0 && totalNum === 0 && this.pages > 0;
    if (totalNum === null || !this.#isTotalTrusted || isBehindAll) return still;
    if (rows.length > 0 && offset + rows.length > totalNum) {
      this.#isTotalTrusted = false;
      this.total = null;
      return still;
    }
    const before = this.total ?? totalNum;
    this.total = totalNum;
    if (before !== totalNum) this.isSteady = false;
    return { fell: Math.max(0, before - totalNum), isStill: totalNum === before };
  }

  /** @returns how many rows are new, and how many known ones stand where nobody had read */
  #takeRows(rows: readonly Row[], offset: number): { fresh: number; moved: number } {
    const inPage = new Set<string>();
    let [problems, moved] = [0, 0];
    for (const [index, row] of rows.entries()) {
      const place = offset + index;
      if (isProblem(row)) {
        if (place >= this.#readTo && (this.total === null || place < this.total)) problems += 1;
        this.problems.set(place, row.problem);
      } else if (inPage.has(row.dataId)) this.#repeats += 1;
      else if (!this.ids.has(row.dataId)) {
        this.ids.add(row.dataId);
        inPage.add(row.dataId);
      } else if (place >= this.#readTo) moved += 1;
    }
    return { fresh: inPage.size + problems, moved };
  }
}

function repeatedPage(offset: number): PollFailed {
  return new PollFailed(
    'repeated-page',
    `the ERP gives records again that it gave before: the page at offset ${offset} has nothing new`,
  );
}
