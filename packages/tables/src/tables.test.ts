import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { ZipFile } from 'yazl';
import {
  BadTable,
  defaultLimits,
  formatOf,
  type TableFormat,
  type TableLimits,
  type TableRow,
} from './table.ts';
import { readTable, writeTable, type TableFile } from './tables.ts';

let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tables '));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function fileOf(content: Buffer | string, format: TableFormat = 'csv'): string {
  const path = join(folder, `${String((files += 1))}.${format}`);
  writeFileSync(path, content);
  return path;
}

async function rowsOf(file: TableFile, limits?: TableLimits): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const row of readTable(file, limits)) rows.push(row);
  return rows;
}

const cellsOf = async (path: string, encoding?: TableFile['encoding']) =>
  (await rowsOf({ path, format: 'csv', encoding })).map(({ cells }) => cells);

async function problemOf(file: TableFile, limits?: TableLimits): Promise<string> {
  try {
    await rowsOf(file, limits);
  } catch (error) {
    if (error instanceof BadTable) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

async function* each(rows: readonly (readonly string[])[]): AsyncGenerator<readonly string[]> {
  for (const row of rows) yield await Promise.resolve(row);
}

async function written(rows: readonly (readonly string[])[], format: TableFormat): Promise<Buffer> {
  return buffer(writeTable(format, each(rows)));
}

/** A workbook of one sheet with these rows as XML. */
async function workbook(rows: string, parts: Record<string, string> = {}): Promise<string> {
  const zip = new ZipFile();
  const all = {
    'xl/workbook.xml':
      '<x:workbook xmlns:x="m" xmlns:r="r"><x:sheets><x:sheet r:id="rId7"/></x:sheets></x:workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="rId7" Target="/xl/worksheets/one.xml"/></Relationships>',
    'xl/worksheets/one.xml': `<worksheet><sheetData>${rows}</sheetData></worksheet>`,
    ...parts,
  };
  for (const [name, xml] of Object.entries(all)) zip.addBuffer(Buffer.from(xml), name);
  zip.end();
  return fileOf(await buffer(zip.outputStream), 'xlsx');
}

describe.each(['csv', 'xlsx'] as const)('a table written as %s', (format) => {
  it('is read back as it was', async () => {
    const rows = [
      ['id', 'name'],
      ['007', 'Müller, "Söhne" & Co <x>'],
      ['12345678901234567890', 'two\r\nlines'],
      ['=1+1', "'=1"],
      ['-5', '+8613800138000'],
      ['@x', ' spaces '],
      ['客户', '_x0041_;\t'],
    ];
    const path = fileOf(await written(rows, format), format);
    const read = await rowsOf({ path, format });
    expect(read.map(({ cells }) => cells)).toEqual(rows);
    expect(read.some(({ damaged }) => damaged !== undefined)).toBe(false);
  });

  it('is read back as it was, whatever it holds', async () => {
    // Lone halves of characters have no UTF-8; a lone CR is a line end to a text file.
    const text = fc
      .string({ unit: 'binary', maxLength: 20 })
      .filter((one) => !/[\0\r]/.test(one) && one.isWellFormed());
    const row = fc.array(text, { minLength: 2, maxLength: 2 }).filter((cells) => cells[0] !== '');
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
        const path = join(folder, `property.${format}`);
        await writeFile(path, await written(rows, format));
        expect((await rowsOf({ path, format })).map(({ cells }) => cells)).toEqual(rows);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a text file', () => {
  it('is UTF-8 with a mark, and no cell of it is a formula', async () => {
    const text = (await written([['=cmd()', '+1', '-1', '@SUM(A1)', '\tx', 'plain']], 'csv')).toString();
    expect(text).toBe(`\uFEFF'=cmd(),'+1,'-1,'@SUM(A1),"'\tx",plain\r\n`);
  });

  it.each([
    ['UTF-8 with a mark', Buffer.from('\uFEFFid,名\r\n1,客户\r\n')],
    ['UTF-8', Buffer.from('id,名\n1,客户\n')],
    ['UTF-16 as spreadsheets write it', Buffer.from('\uFEFFid\t名\r\n1\t客户\r\n', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('id,名\r\n1,客户\r\n', 'utf16le')],
    ['UTF-16, the high byte first', Buffer.from('\uFEFFid,名\r\n1,客户\r\n', 'utf16le').swap16()],
    ['GBK', Buffer.from([0x69, 0x64, 0x2c, 0xc3, 0xfb, 10, 0x31, 0x2c, 0xbf, 0xcd, 0xbb, 0xa7, 10])],
  ])('is read in %s', async (_name, bytes) => {
    expect(await cellsOf(fileOf(bytes))).toEqual([
      ['id', '名'],
      ['1', '客户'],
    ]);
  });

  it.each([';', '\t', '|', ','])('may have %j between its cells', async (separator) => {
    expect(await cellsOf(fileOf(`a${separator}"b,;|${separator}x"\n1${separator}2\n`))).toEqual([
      ['a', `b,;|${separator}x`],
      ['1', '2'],
    ]);
  });

  it('may say its separator in a line of its own', async () => {
    expect(await rowsOf({ path: fileOf('sep=^\na^b\n1^2\n'), format: 'csv' })).toEqual([
      { line: 2, cells: ['a', 'b'] },
      { line: 3, cells: ['1', '2'] },
    ]);
  });

  it('tells at which line a row begins, past empty lines and cells of several lines', async () => {
    const rows = await rowsOf({ path: fileOf('a,b\n\n"1\n2",3\n4,5\n'), format: 'csv' });
    expect(rows.map(({ line, cells }) => [line, cells[0]])).toEqual([
      [1, 'a'],
      [3, '1\n2'],
      [5, '4'],
    ]);
  });

  it('is empty when nothing is in it', async () => {
    expect(await cellsOf(fileOf(''))).toEqual([]);
  });

  it('is given up where a quotation mark is never closed, with the line, after the rows before it', async () => {
    const seen: string[] = [];
    const read = async () => {
      for await (const { cells } of readTable({ path: fileOf('a,b\n1,2\n3,"4\n5,6\n'), format: 'csv' }))
        seen.push(cells[0] ?? '');
    };
    await expect(read()).rejects.toThrow('line 3: a quotation mark is opened and never closed');
    expect(seen).toEqual(['a', '1']);
  });

  it('is refused where it is not what was said, not text, too wide or too long', async () => {
    const gbk = fileOf(Buffer.from([0xbf, 0xcd, 0xbb, 0xa7, 10]));
    expect(await problemOf({ path: gbk, format: 'csv', encoding: 'utf-8' })).toBe(
      'the file is not UTF-8; save it as CSV UTF-8',
    );
    expect(await problemOf({ path: fileOf('a,b\n1,some\0thing\n'), format: 'csv' })).toMatch(/NUL/);
    expect(await problemOf({ path: fileOf('a,'.repeat(300)), format: 'csv' })).toMatch(
      /line 1: over 256 columns/,
    );
    const limits = { ...defaultLimits, rows: 2 };
    expect(await problemOf({ path: fileOf('a\n1\n2\n'), format: 'csv' }, limits)).toMatch(
      /line 3: .* split the file/,
    );
    expect(await problemOf({ path: fileOf(`a\n${'x'.repeat(40_000)}`), format: 'csv' })).toMatch(
      /line 2: a cell/,
    );
  });
});

describe('a workbook', () => {
  it('gives shared, formatted, plain and computed texts, in their columns', async () => {
    const path = await workbook(
      '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c></row>' +
        '<row r="5"><c t="str"><f>A1</f><v>a_x0009_b</v></c><c><v>7</v></c><c t="b"><v>1</v></c></row>',
      {
        'xl/sharedStrings.xml':
          '<sst><si><t>007</t><rPh><t>no</t></rPh></si><si><r><t>a</t></r><r><t>b</t></r></si></sst>',
      },
    );
    expect(await rowsOf({ path, format: 'xlsx' })).toEqual([
      { line: 2, cells: ['007', '', 'ab'] },
      { line: 5, cells: ['a\tb', '7', 'TRUE'] },
    ]);
  });

  it('says which numbers have lost digits, and which cells are errors', async () => {
    const path = await workbook(
      '<row r="1"><c><v>123456789012345</v></c><c><v>1.2345678901234568E+19</v></c><c t="e"><v>#N/A</v></c></row>',
    );
    const [row] = await rowsOf({ path, format: 'xlsx' });
    expect([...(row?.damaged ?? [])].map(([column, why]) => [column, why.slice(0, 40)])).toEqual([
      [1, 'the spreadsheet holds it as a number and'],
      [2, 'the spreadsheet shows the error #N/A'],
    ]);
  });

  it('is refused when it unpacks to more than it may', async () => {
    const path = await workbook(`<row><c t="str"><v>${' '.repeat(2_000_000)}</v></c></row>`);
    const limits = { ...defaultLimits, unpackedBytes: 1_000_000 };
    expect(await problemOf({ path, format: 'xlsx' }, limits)).toMatch(/unpacks to more/);
  });

  it('is refused when it shares more text than may be held', async () => {
    const path = await workbook('', {
      'xl/sharedStrings.xml': `<sst>${'<si><t>x</t></si>'.repeat(1000)}</sst>`,
    });
    const limits = { ...defaultLimits, sharedTextBytes: 10_000 };
    expect(await problemOf({ path, format: 'xlsx' }, limits)).toMatch(/holds more text/);
  });

  it('is refused with a DOCTYPE, without a sheet, and when it is none', async () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>';
    expect(
      await problemOf({ path: await workbook('', { 'xl/worksheets/one.xml': bomb }), format: 'xlsx' }),
    ).toMatch(/DOCTYPE/);
    const empty = await workbook('', { 'xl/workbook.xml': '<workbook/>' });
    expect(await problemOf({ path: empty, format: 'xlsx' })).toBe('the workbook has no sheet');
    expect(await problemOf({ path: fileOf('a,b', 'xlsx'), format: 'xlsx' })).toMatch(/no \.xlsx workbook/);
    expect(await problemOf({ path: await workbook('<row'), format: 'xlsx' })).toMatch(/no XML/);
  });

  it('ends with the error of what it is made of', async () => {
    const failing = async function* (): AsyncGenerator<string[]> {
      yield await Promise.resolve(['a']);
      throw new Error('the store is away');
    };
    await expect(buffer(writeTable('xlsx', failing()))).rejects.toThrow('the store is away');
    await expect(buffer(writeTable('csv', failing()))).rejects.toThrow('the store is away');
  });
});

describe('formatOf', () => {
  it('goes by the ending', () => {
    expect([formatOf('a.csv'), formatOf('a.b.XLSX'), formatOf('a.xls'), formatOf('csv')]).toEqual([
      'csv',
      'xlsx',
      null,
      null,
    ]);
  });
});
