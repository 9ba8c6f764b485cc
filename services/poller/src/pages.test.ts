import fc from 'fast-check';
import { ErpList, namesOf, rowOf } from './an-erp.fixture.ts';
import { readWindow, type Page } from './pages.ts';

const read = (erp: ErpList, maxPages = 10_000) => readWindow(erp, { pageSize: erp.pageSize, maxPages });
const distinct = (erp: ErpList): string[] => [...new Set(erp.delivered)].sort();
const withTotal =
  (totalOf: (page: Page, offset: number) => number | null) =>
  (page: Page, offset: number): Page => ({ ...page, totalNum: totalOf(page, offset) });

describe('a window that nothing changes', () => {
  it.each([
    { records: 0, offsets: [0], pages: 1 },
    { records: 1, offsets: [0], pages: 1 },
    { records: 99, offsets: [0], pages: 1 },
    { records: 100, offsets: [0, 100], pages: 1 },
    { records: 250, offsets: [0, 100, 200], pages: 3 },
    { records: 300, offsets: [0, 100, 200, 300], pages: 3 },
  ])('of $records records is read in $pages pages', async ({ records, offsets, pages }) => {
    const erp = new ErpList(records, 100);
    expect(await read(erp)).toEqual({
      totalNum: records,
      received: records,
      pages,
      readings: 1,
      erpTime: null,
      shortage: null,
    });
    expect(erp.offsets).toEqual(offsets);
    expect(erp.delivered).toEqual(namesOf(records));
  });

  it('is read to an empty page where the ERP gives no total', async () => {
    const erp = new ErpList(150, 100);
    erp.spoil = withTotal(() => null);
    expect(await read(erp)).toMatchObject({ totalNum: null, received: 150, shortage: null });
    expect(erp.offsets).toEqual([0, 100, 150]);
  });

  it.each([
    { name: 'how many rows the page has', total: (page: Page) => page.rows.length },
    { name: 'how many rows are left', total: (_: Page, offset: number) => 250 - offset },
    { name: 'always 1', total: () => 1 },
    { name: 'always 0', total: () => 0 },
  ])('is read whole by an ERP whose total is $name', async ({ total }) => {
    const erp = new ErpList(250, 100);
    erp.spoil = withTotal(total);
    expect(await read(erp)).toMatchObject({ received: 250, shortage: null });
    expect(distinct(erp)).toEqual(namesOf(250).sort());
  });

  it('is read whole where the ERP says 0 behind the last page', async () => {
    const erp = new ErpList(200, 100);
    erp.spoil = withTotal((page) => (page.rows.length === 0 ? 0 : 200));
    expect(await read(erp)).toMatchObject({ totalNum: 200, received: 200, shortage: null });
    expect(erp.offsets).toEqual([0, 100, 200]);
  });

  it('is not ended by short pages', async () => {
    const erp = new ErpList(250, 100);
    erp.spoil = (page) => ({ ...page, rows: page.rows.slice(0, 7) });
    expect(await read(erp)).toMatchObject({ received: 250, pages: 36, shortage: null });
    expect(erp.delivered).toEqual(namesOf(250));
  });

  it('is read once from an ERP that knows no limit', async () => {
    const erp = new ErpList(150, 100);
    erp.spoil = (page) => ({ ...page, rows: erp.rows.map(rowOf) });
    expect(await read(erp)).toMatchObject({ totalNum: 150, received: 150, shortage: null });
  });

  it('may list a record once for each of its details', async () => {
    const erp = new ErpList(['A', 'A', 'A', 'B', 'C', 'C'], 10);
    expect(await read(erp)).toMatchObject({ totalNum: 6, received: 3, pages: 1, shortage: null });
  });

  it("tells what the ERP's clock said with the first page", async () => {
    const erp = new ErpList(250, 100);
    erp.spoil = (page) => ({ ...page, erpTime: 1_000 + page.order });
    expect(await read(erp)).toMatchObject({ erpTime: 1_001 });
  });
});

describe('an ERP that never ends', () => {
  it.each([250, null])('with page one again and again is stopped (total %s)', async (total) => {
    const erp = new ErpList(250, 100);
    erp.spoil = (page) => ({ ...page, totalNum: total, rows: namesOf(100).map(rowOf) });
    await expect(read(erp)).rejects.toMatchObject({ name: 'PollFailed', code: 'repeated-page' });
    expect(erp.offsets).toEqual([0, 100]);
  });

  it('with ever new records is stopped at the limit of pages', async () => {
    const erp = new ErpList(0, 10);
    erp.spoil = (page, offset) => ({
      ...page,
      totalNum: null,
      rows: namesOf(10).map((name) => rowOf(`${name}-${offset}`)),
    });
    await expect(read(erp, 50)).rejects.toMatchObject({ code: 'too-many-pages' });
    expect(erp.offsets).toHaveLength(51);
  });
});

describe('a page that moves', () => {
  it('by an edit of a record that was read costs one page and misses nothing', async () => {
    const erp = new ErpList(300, 100);
    erp.meanwhile = (asked) => {
      if (asked === 1) erp.rows.splice(5, 1);
    };
    expect(await read(erp)).toMatchObject({ totalNum: 300, received: 300, shortage: null });
    expect(distinct(erp)).toEqual(namesOf(300).sort());
    expect(erp.offsets.length).toBeLessThanOrEqual(5);
  });

  it('again and again, by an edit between any two pages, is followed at nearly the usual pace', async () => {
    const erp = new ErpList(1_000, 10);
    erp.meanwhile = () => erp.rows.splice(0, 1);
    expect(await read(erp)).toMatchObject({ received: 999, shortage: null });
    expect(erp.offsets.length).toBeLessThan(160);
  });

  it('after the last total has been seen misses nothing at the end', async () => {
    const erp = new ErpList(200, 100);
    erp.meanwhile = (asked) => {
      // The last ten move up behind the reader, who then gets an empty page.
      if (asked === 2) erp.rows.splice(0, 60);
      if (asked === 1) erp.rows.push(...namesOf(250).slice(200));
    };
    expect(await read(erp)).toMatchObject({ received: 250, shortage: null });
    expect(distinct(erp)).toEqual(namesOf(250).sort());
  });

  it('by a record that enters before the reader is read again', async () => {
    const erp = new ErpList(300, 100);
    erp.meanwhile = (asked) => {
      if (asked === 1) erp.rows.splice(5, 0, 'late');
    };
    expect(await read(erp)).toMatchObject({ received: 301, shortage: null });
    expect(erp.delivered).toContain('late');
  });

  it('takes a record that enters behind the reader in its turn', async () => {
    const erp = new ErpList(300, 100);
    erp.meanwhile = (asked) => {
      if (asked === 1) erp.rows.push('late');
    };
    expect(await read(erp)).toMatchObject({ received: 301, shortage: null });
    expect(erp.offsets).toEqual([0, 100, 200, 300]);
  });

  it('works record by record too', async () => {
    const erp = new ErpList(5, 1);
    erp.meanwhile = (asked) => {
      if (asked === 2) erp.rows.splice(0, 0, 'late');
      if (asked === 4) erp.rows.splice(1, 1);
    };
    await read(erp);
    expect(distinct(erp)).toEqual([...namesOf(5), 'late'].sort());
  });

  it('misses no record that stays in the window, whatever leaves it between the pages', async () => {
    const leaving = fc.array(fc.array(fc.nat({ max: 400 }), { maxLength: 6 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 2, max: 40 }),
        leaving,
        async (count, pageSize, steps) => {
          const erp = new ErpList(count, pageSize);
          erp.meanwhile = (asked) => {
            for (const place of steps[asked] ?? []) if (place < erp.rows.length) erp.rows.splice(place, 1);
          };
          const window = await read(erp);
          expect(window.shortage).toBeNull();
          const got = new Set(erp.delivered);
          expect(erp.rows.filter((id) => !got.has(id))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('misses no record that was there throughout, or says so, whatever enters the window', async () => {
    const entering = fc.array(fc.array(fc.nat({ max: 300 }), { maxLength: 3 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 2, max: 40 }),
        entering,
        async (count, pageSize, steps) => {
          const erp = new ErpList(count, pageSize);
          let entered = 0;
          erp.meanwhile = (asked) => {
            for (const place of steps[asked] ?? [])
              erp.rows.splice(place, 0, `late${String((entered += 1))}`);
          };
          const window = await read(erp);
          const got = new Set(erp.delivered);
          expect(namesOf(count).filter((id) => !got.has(id))).toEqual([]);
          if (window.shortage === null) expect(erp.rows.filter((id) => !got.has(id))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('ends, with all that was asked for delivered, whatever the ERP does', async () => {
    const page = fc.record({
      totalNum: fc.option(fc.nat({ max: 60 })),
      ids: fc.array(fc.nat({ max: 80 }), { maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 40 }), async (pages) => {
        const erp = new ErpList(0, 10);
        erp.spoil = (_, offset) => {
          const { totalNum, ids } = pages[(erp.offsets.length * 7 + offset) % pages.length]!;
          return { order: 1, totalNum, erpTime: null, rows: ids.map((id) => rowOf(String(id))) };
        };
        await read(erp, 300).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'PollFailed' });
        });
        expect(erp.deliveredPages).toHaveLength(erp.offsets.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe('an order that is not stable', () => {
  it('is read again until all readings together have all records', async () => {
    const erp = new ErpList(40, 10);
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    erp.meanwhile = (asked) => {
      // Records of one timestamp come in any order, and in another one for each page.
      if (asked < 8) erp.rows.sort(() => random(3) - 1);
    };
    expect(await read(erp)).toMatchObject({ totalNum: 40, received: 40, shortage: null });
  });
});

describe('a window that stays short', () => {
  it('says how many records the ERP counts and how many it gave', async () => {
    const erp = new ErpList(5, 100);
    erp.spoil = withTotal(() => 7);
    expect(await read(erp)).toEqual({
      totalNum: 7,
      received: 5,
      pages: 2,
      readings: 2,
      erpTime: null,
      shortage: 'the ERP counts 7 records and gave 5 in 2 readings',
    });
  });

  it('gives up after four readings in which records moved', async () => {
    const erp = new ErpList(40, 10);
    let late = 0;
    erp.meanwhile = (asked) => {
      if (asked % 3 === 1) erp.rows.splice(0, 0, `late${String((late += 1))}`);
    };
    const { shortage } = await read(erp);
    expect(shortage).toContain('in 4 readings');
  });

  it('names the rows that are no records, and delivers the others', async () => {
    const erp = new ErpList(12, 10);
    erp.spoil = (page) => ({
      ...page,
      rows: page.rows.map((row, index) =>
        index < 7 && page.order === 1 ? { problem: `odd ${index}` } : row,
      ),
    });
    const { received, totalNum, shortage } = await read(erp);
    expect({ received, totalNum }).toEqual({ received: 5, totalNum: 12 });
    expect(shortage).toBe(
      '7 rows are no records: row 0: odd 0, row 1: odd 1, row 2: odd 2, row 3: odd 3, row 4: odd 4, and 2 more',
    );
  });

  it('fails when no row is a record: then the time does not count as read', async () => {
    const erp = new ErpList(25, 10);
    erp.spoil = (page) => ({
      ...page,
      rows: page.rows.map(() => ({ problem: 'masterFieldVal has no id in X' })),
    });
    await expect(read(erp)).rejects.toMatchObject({ code: 'no-records', message: /25 rows .* no id in X/ });
  });
});

describe('delivery', () => {
  it('fails the window, and no page follows', async () => {
    const erp = new ErpList(500, 100);
    erp.deliver = () => Promise.reject(new Error('broker away'));
    await expect(read(erp)).rejects.toThrow('broker away');
    expect(erp.offsets.length).toBeLessThanOrEqual(2);
  });

  it('of the page in hand ends before the window does, when the next page cannot be had', async () => {
    const erp = new ErpList(500, 100);
    erp.meanwhile = (asked) => {
      if (asked === 2) throw new Error('ERP away');
    };
    await expect(read(erp)).rejects.toThrow('ERP away');
    expect(erp.delivered).toHaveLength(200);
  });
});
