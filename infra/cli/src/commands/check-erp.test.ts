import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnErp } from '../check-erp/an-erp.fixture.ts';
import { readInstallation } from '../installation.ts';
import { checkErp, type CheckErpOptions } from './check-erp.ts';

const config = join(import.meta.dirname, '../../../sandbox/config');
const record = {
  masterFieldVal: { FCUSTID: 'not mine', FNumber: 'N-1' },
  detailFieldVals: { BD_Contact: [{ FPhone: '1' }] },
};

let erp: AnErp;
let folder: string;
let said: string[];

beforeEach(() => {
  erp = new AnErp();
  folder = mkdtempSync(join(tmpdir(), 'check-erp-'));
  said = [];
});
afterEach(() => {
  erp.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(given: Partial<CheckErpOptions>, tenant = '81138'): Promise<string> {
  const { port } = new URL(await erp.start());
  const installation = readInstallation({ SANDBOX_ERP_PORT: port });
  const output = { say: (line: string) => void said.push(line), warn: () => undefined };
  const options = { config, void: false, readOnly: false, ...given };
  await checkErp({ tenant, dataCenter: 'dc-main' }, options, { env: {}, installation, output });
  return said.join('\n');
}

function fileOf(content: object): string {
  const path = join(folder, 'record.json');
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe('check-erp', () => {
  it('creates the record of a file, under an id of the ERP', async () => {
    const text = await run({ record: fileOf(record) });
    expect(erp.kept).toMatchObject([{ id: 'E1', master: { FCUSTID: 'E1', FNumber: 'N-1' } }]);
    expect(text).toContain('These records are left behind in the ERP: E1');
    expect(text).toMatch(/\d+ right, 0 to change, \d+ open$/);
  });

  it('refuses when there is something to change', async () => {
    erp.accepts = (token, call) => token === 'erp-secret' || call === 'queryMasterBatch';
    await expect(run({ readOnly: true })).rejects.toThrow('1 thing to change: see ✘ above.');
    expect(said.join('\n')).toContain(
      '  ✘ a wrong token is refused (contract 4)\n      came: queryMasterBatch answered the token',
    );
    expect(said).toContain('Queries only: nothing is written.');
  });

  it('names the places that there are when there is no such one', async () => {
    await expect(run({}, 'none')).rejects.toThrow(
      /no ERP object in tenant none, data center dc-main.*\n.*\n {2}81138/,
    );
  });

  it.each([
    [{ FNumber: 'x' }, 'expected {"masterFieldVal"'],
    [{ ...record, objAPIName: 'SAL_SaleOrder' }, '--object'],
    [{ ...record, detailFieldVals: { BD_Contact: {} } }, 'expected {"masterFieldVal"'],
  ])('refuses a file that is no record: %j', async (content, message) => {
    await expect(run({ record: fileOf(content) })).rejects.toThrow(message);
    expect(erp.kept).toEqual([]);
  });
});
