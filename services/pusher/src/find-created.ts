import type { ErpObject } from '@syncline/catalog';
import { textOf, type ErpCall, type ErpWrite, type ErpWriteOutcome } from '@syncline/contract';
import type { BatchQuery, Failed, QueriedPage, QueriedRecord } from '@syncline/erp';
import { isDeferred, type Deferred } from './gate.ts';

/** The ERP stamps records by its own clock: two minutes on either side of ours. */
const marginMs = 120_000;
const pageSize = 100;
const maxPages = 200;

export interface Found {
  outcome: ErpWriteOutcome;
  call?: ErpCall;
}

/** Asks for one page, when breaker and pace allow it. */
export type AskPage = (query: BatchQuery) => Promise<QueriedPage | Failed | Deferred>;

/**
 * Did an unanswered create make a record? Reads all that the ERP dates around the attempt and compares the match fields.
 * "None" must be sure, because the create is sent again on it: whatever was not seen is a failure and not "none".
 */
export async function findCreated(
  write: ErpWrite,
  erpObject: Pick<ErpObject, 'idField'>,
  askPage: AskPage,
): Promise<Found> {
  const { attemptedFrom, attemptedTo } = write;
  if (
    attemptedFrom === undefined ||
    attemptedTo === undefined ||
    !write.match.some(({ value }) => value !== '')
  ) {
    return { outcome: broken('cannot-find', 'the object has no matchFields with values to look for') };
  }
  const search = new Search(write, erpObject.idField);
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await askPage({
      startTime: attemptedFrom - marginMs,
      endTime: attemptedTo + marginMs,
      offset: search.offset,
      limit: pageSize,
      includeDetail: false,
    });
    if (isDeferred(answer)) return { outcome: answer };
    if (!answer.ok) return { outcome: outcomeOf(answer), call: answer.call };
    const outcome = search.add(answer);
    if (outcome !== null) return { outcome, call: answer.call };
  }
  return {
    outcome: broken('too-many-to-search', `over ${maxPages * pageSize} records are dated around the attempt`),
  };
}

function broken(code: string, message: string): ErpWriteOutcome {
  return { kind: 'broken', code, message };
}

function outcomeOf({ failure: { kind, code, message, retryAfterMs } }: Failed): ErpWriteOutcome {
  if (kind !== 'transient' && kind !== 'unknown') return { kind, code, message };
  return { kind: 'transient', code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

class Search {
  offset = 0;
  readonly #write: ErpWrite;
  readonly #idField: string;
  readonly #candidates = new Set<string>();
  readonly #seen = new Set<string>();
  #rows = 0;
  #firstPage: string | null = null;
  #unreadable: string | null = null;

  constructor(write: ErpWrite, idField: string) {
    this.#write = write;
    this.#idField = idField;
  }

  /** Takes one page in; an outcome when the search is over. */
  add(page: QueriedPage): ErpWriteOutcome | null {
    const size = page.records.length + page.unreadable.length;
    if (size === 0) return this.#end(page.totalNum);
    this.offset += size;
    this.#rows += page.unreadable.length;
    this.#unreadable ??= page.unreadable[0]?.message ?? null;
    const ids = page.records.map(({ record }) => textOf(record.master[this.#idField])).join('\n');
    const isFirstAgain = ids === this.#firstPage;
    this.#firstPage ??= ids;
    const before = this.#seen.size;
    for (const record of page.records) this.#look(record);
    if (this.#seen.size > before || page.records.length === 0) return null;
    return this.#onlyRepeats(page.totalNum, isFirstAgain);
  }

  /** All of a page was there before. */
  #onlyRepeats(totalNum: number | null, isFirstAgain: boolean): ErpWriteOutcome {
    if (totalNum !== null && this.#seen.size + this.#rows >= totalNum) return this.#end(totalNum);
    // An ERP that does not know `offset` gives its first page for ever.
    if (isFirstAgain)
      return broken('page-repeats', 'the ERP gives the same page again; it does not honour offset');
    // Records that are changed meanwhile move to the end, and what was behind them moves up: it is asked again.
    return this.#candidates.size > 0 ? this.#end(totalNum) : this.#moved(totalNum);
  }

  #look({ record }: QueriedRecord): void {
    const id = textOf(record.master[this.#idField]);
    this.#seen.add(id);
    if (!this.#write.match.every(({ field, value }) => textOf(record.master[field]) === value)) return;
    if (id === '') this.#unreadable ??= `a record that matches has no ${this.#idField}`;
    else this.#candidates.add(id);
  }

  #end(totalNum: number | null): ErpWriteOutcome {
    if (this.#candidates.size === 0 && this.#unreadable !== null) {
      return broken(
        'unreadable-record',
        `a record dated around the attempt is unreadable: ${this.#unreadable}`,
      );
    }
    if (this.#candidates.size === 0 && totalNum !== null && this.#seen.size + this.#rows < totalNum) {
      return this.#moved(totalNum);
    }
    return { kind: 'found', candidates: [...this.#candidates].map((dataId) => ({ dataId })) };
  }

  #moved(totalNum: number | null): ErpWriteOutcome {
    const all = totalNum === null ? '' : ` of ${totalNum}`;
    const message = `the ERP gave ${this.#seen.size}${all} records, since some were changed meanwhile`;
    return { kind: 'transient', code: 'page-moved', message };
  }
}
