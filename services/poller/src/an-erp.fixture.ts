import type { Page, PageSource } from './pages.ts';
import type { Row } from './rows.ts';

/** An ERP's list of one window, which a test changes between two pages. */
export class ErpList implements PageSource {
  rows: string[];
  readonly offsets: number[] = [];
  readonly delivered: string[] = [];
  readonly deliveredPages: Page[] = [];
  /** before each answer, with the number of pages asked for before */
  meanwhile: (asked: number) => void = () => undefined;
  /** what an ERP may do to a page */
  spoil: (page: Page, offset: number) => Page = (page) => page;
  readonly pageSize: number;

  constructor(rows: string[] | number, pageSize: number) {
    this.rows = typeof rows === 'number' ? namesOf(rows) : rows;
    this.pageSize = pageSize;
  }

  ask(offset: number): Promise<Page> {
    this.meanwhile(this.offsets.length);
    this.offsets.push(offset);
    const ids = this.rows.slice(offset, offset + this.pageSize);
    const page = {
      order: this.offsets.length,
      totalNum: this.rows.length,
      rows: ids.map(rowOf),
      erpTime: null,
    };
    return Promise.resolve(this.spoil(page, offset));
  }

  deliver(page: Page): Promise<void> {
    this.deliveredPages.push(page);
    for (const row of page.rows) if ('dataId' in row) this.delivered.push(row.dataId);
    return Promise.resolve();
  }
}

export function rowOf(dataId: string): Row {
  return { dataId, record: { master: { FCUSTID: dataId }, details: {} } };
}

export function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `R${String(index)}`);
}
