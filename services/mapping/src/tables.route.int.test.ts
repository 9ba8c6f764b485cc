import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTable } from '@syncline/tables';
import { pushToken } from '@syncline/testkit';
import { startMapping, Surroundings, type RunningMapping } from './a-mapping.fixture.ts';
import { createTablesRoute } from './tables.route.ts';
import type { ImportNote } from './tables/import-table.ts';

let around: Surroundings;
let mapping: RunningMapping;
let url: string;

beforeAll(async () => {
  around = new Surroundings();
  await around.start();
  mapping = await startMapping(around, { consumes: false });
  url = await mapping.serve(createTablesRoute(mapping.deps));
}, 90_000);
afterAll(async () => {
  await mapping.stop();
  await around.stop();
}, 60_000);

const tenant = { token: pushToken, tenantId: '81138' };
type Table = 'mappings' | 'field-mappings';

async function send(
  table: Table,
  body: string | Buffer,
  query = '',
  headers: Record<string, string> = tenant,
) {
  return fetch(`${url}/tables/${table}/import?${query}`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers,
  });
}

async function importFile(table: Table, body: string | Buffer, query = '') {
  const response = await send(table, body, query);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  const notes = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ImportNote);
  const rows = notes.flatMap((note) =>
    note.kind === 'row' ? [{ line: note.line, problem: '', ...note.end }] : [],
  );
  const end = notes.at(-1);
  if (end?.kind !== 'end') throw new Error('it has no end');
  const { kind: _kind, ...counts } = end;
  return { rows, counts };
}

async function exported(
  table: Table,
  format: 'csv' | 'xlsx',
  query = '',
): Promise<{ bytes: Buffer; rows: string[][] }> {
  const response = await fetch(`${url}/tables/${table}/export?format=${format}&${query}`, {
    headers: tenant,
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const folder = await mkdtemp(join(tmpdir(), 'export '));
  const path = join(folder, 'file');
  await writeFile(path, bytes);
  const rows: string[][] = [];
  for await (const { cells } of readTable({ path, format })) rows.push(cells);
  await rm(folder, { recursive: true });
  return { bytes, rows };
}

const heading = 'sourceObjectApiName,destObjectApiName,sourceDataId,destDataId,sourceDataName';
const line = (crm: string, erp: string, name = ''): string => `AccountObj,BD_Customer,${crm},${erp},${name}`;
const none = { created: 0, updated: 0, unchanged: 0, skipped: 0, refused: 0, problem: null };

describe('an import of mappings', () => {
  it('takes good rows, names bad ones with line, column and remedy, and changes nothing when it comes again', async () => {
    const file = [
      heading,
      line('007', '12345678901234567890', '"Müller, ""Söhne"""'),
      line('A2', 'E2'),
      'BD_Customer,AccountObj,E3,A3,',
      line('A2', 'E9'),
      line('A4', 'E2'),
      line('A5', ''),
      line('', ''),
      'NixObj,BD_Customer,A6,E6,',
      line('1.23E+19', 'E7'),
    ].join('\r\n');
    const first = await importFile('mappings', file);
    expect(first.counts).toEqual({ ...none, rows: 9, created: 3, skipped: 1, refused: 5 });
    expect(first.rows.map((row) => [row.line, 'column' in row ? row.column : null, row.problem])).toEqual([
      [5, 'destDataId', 'A2 is mapped to E2; update the mapping to change that'],
      [6, 'destDataId', 'E2 is mapped to another record'],
      [7, null, 'it has no counterpart: nothing is mapped'],
      [8, 'sourceDataId', 'is required'],
      [9, null, 'no stream of tenant 81138 pairs NixObj with BD_Customer'],
      [10, 'sourceDataId', expect.stringMatching(/^"1.23E\+19": a spreadsheet has shortened/)],
    ]);
    expect(await around.rowOf('007')).toMatchObject({
      erpId: '12345678901234567890',
      crmName: 'Müller, "Söhne"',
      lastSyncStatus: 6,
    });
    expect(await around.rowOf('A3')).toMatchObject({ erpId: 'E3' });
    expect(await around.rowOf('A4')).toBeUndefined();
    const again = await importFile('mappings', file);
    expect(again.counts).toEqual({ ...none, rows: 9, unchanged: 3, skipped: 1, refused: 5 });
  });

  it('tried without change says what it would do, and claims nothing', async () => {
    const file = [
      heading,
      line('D1', 'DE1'),
      line('D2', 'DE1'),
      line('D1', 'DE3'),
      line('A2', 'E2'),
      line('D4', 'E2'),
      line('D1', 'DE1'),
    ].join('\n');
    const dry = await importFile('mappings', file, 'dryRun=true');
    expect(dry.counts).toEqual({ ...none, rows: 6, created: 1, unchanged: 2, refused: 3 });
    expect(dry.rows.map((row) => [row.line, row.problem])).toEqual([
      [3, 'a row before maps D1 to DE1'],
      [4, 'D1 is mapped to DE1; update the mapping to change that'],
      [6, 'E2 is mapped to another record'],
    ]);
    expect(await around.rowOf('D1')).toBeUndefined();
    expect((await importFile('mappings', [heading, line('D5', 'DE1')].join('\n'))).counts).toEqual({
      ...none,
      rows: 1,
      created: 1,
    });
  });

  it('takes the rows before a place that cannot be read, and tells where that is', async () => {
    const { counts } = await importFile(
      'mappings',
      [heading, line('Q1', 'QE1'), '"', line('Q2', 'QE2')].join('\n'),
    );
    expect(counts).toEqual({
      ...none,
      rows: 1,
      created: 1,
      problem: expect.stringMatching(/^line 3: a quotation mark/),
    });
  });

  it.each([
    ['a\n1\n', /there is no column sourceObjectApiName, sourceDataId, destObjectApiName, destDataId/],
    ['', /the file is empty/],
    [`${heading},SOURCEDATAID\n`, /sourceDataId comes twice/],
  ])('is refused for %j as a whole', async (body, message) => {
    const response = await send('mappings', body);
    expect([response.status, ((await response.json()) as { errMsg: string }).errMsg]).toEqual([
      400,
      expect.stringMatching(message),
    ]);
  });

  it('is for holders of a token or of the operator key', async () => {
    const rows = `${heading},tenantId\n${line('X', 'Y')},999\n`;
    expect((await send('mappings', rows, '', { ...tenant, token: 'wrong' })).status).toBe(401);
    expect((await send('mappings', rows, '', { 'operator-key': 'wrong' })).status).toBe(401);
    const key = await around.store.operatorKey.read();
    const response = await send('mappings', rows, '', { 'operator-key': key });
    expect(await response.text()).toContain('there is no tenant 999');
    expect(await (await send('mappings', rows)).text()).toContain('there is no tenant 999');
  });
});

describe('an export', () => {
  it.each(['csv', 'xlsx'] as const)('as %s is taken back without change', async (format) => {
    const { bytes, rows } = await exported('mappings', format);
    const [names, ...others] = rows;
    expect(names?.slice(0, 4)).toEqual(['tenantId', 'dataCenterId', 'sourceObjectApiName', 'sourceDataId']);
    expect(others.find((cells) => cells[3] === '007')?.[6]).toBe('12345678901234567890');
    const { counts } = await importFile('mappings', bytes, `format=${format}`);
    expect(counts).toEqual({ ...none, rows: others.length, unchanged: others.length });
  });

  it('goes over all pages and meets each row once', async () => {
    const many = Array.from({ length: 1_200 }, (_, i) => line(`P${String(i)}`, `PE${String(i)}`));
    const { counts } = await importFile('mappings', [heading, ...many].join('\n'));
    expect(counts.created).toBe(1_200);
    const { rows } = await exported('mappings', 'csv');
    const ids = rows.map((cells) => cells[3]).filter((id) => id?.startsWith('P'));
    expect([ids.length, new Set(ids).size]).toEqual([1_200, 1_200]);
  }, 120_000);

  it('of a stream has its source first', async () => {
    const unknown = await fetch(`${url}/tables/mappings/export?streamId=nix`, { headers: tenant });
    expect(unknown.status).toBe(404);
  });
});

describe('an import of field mappings', () => {
  const names = 'dataCenterId,channel,dataType,fsDataId,fsDataName,erpDataId,erpDataName';
  it('takes them as createErpfieldmapping does', async () => {
    const file = [
      names,
      'dc-main,ERP_K3CLOUD,employee,1001,张三,007,Zhang',
      'dc-main,ERP_K3CLOUD,employee,1001,张三,008,Zhang',
      'dc-main,ERP_K3CLOUD,Employee,1002,,9,',
      'dc-9,ERP_K3CLOUD,employee,1003,,9,',
    ].join('\n');
    const { counts, rows } = await importFile('field-mappings', file);
    expect(counts).toEqual({ ...none, rows: 4, created: 1, refused: 3 });
    expect(rows.map((row) => [row.line, 'column' in row ? row.column : null])).toEqual([
      [3, 'erpDataId'],
      [4, 'dataType'],
      [5, 'dataCenterId'],
    ]);
    const { bytes } = await exported('field-mappings', 'xlsx');
    expect((await importFile('field-mappings', bytes, 'format=xlsx')).counts).toEqual({
      ...none,
      rows: 1,
      unchanged: 1,
    });
    const renamed = file.split('\n').slice(0, 2).join('\n').replace('Zhang', 'San');
    expect((await importFile('field-mappings', renamed)).counts).toEqual({ ...none, rows: 1, updated: 1 });
  });
});
