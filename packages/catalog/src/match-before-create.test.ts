import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogView, loadCatalog, planChanges, type Loaded } from './index.ts';

const config = (match: string, direction: string) => `
tenants:
  - id: t
    dataCenters: [{ id: dc, channel: OA, baseUrl: "http://erp", token: secret }]
erpObjects:
  - { tenantId: t, dataCenterId: dc, apiName: Customer, idField: FID, matchFields: [FNumber] }
streams:
  - id: s
    tenantId: t
    dataCenterId: dc
    direction: ${direction}
    ${direction === 'erp-to-crm' ? 'source: Customer\n    dest: AccountObj' : 'source: AccountObj\n    dest: Customer'}
    fields: [{ to: number, from: FNumber }, { to: level, from: FLevel, options: { A: '1' } }]
    ${match}
`;

async function load(match: string, direction = 'erp-to-crm'): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-match-'));
  try {
    await writeFile(join(folder, 'c.yaml'), config(match, direction));
    return await loadCatalog(folder, { env: {}, now: 0, allowFastPoll: false, checkExpression: () => null });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function matchOf(line: string) {
  const loaded = await load(line);
  if (!loaded.ok) throw new Error(loaded.error.message);
  return catalogView(loaded.catalog).pairsOfCrmObject('t', 'AccountObj')[0]?.match;
}

describe('matchBeforeCreate', () => {
  it.each([
    ['matchBeforeCreate: true', [{ erp: 'FNumber', crm: 'number' }]],
    [
      'matchBeforeCreate: { FTaxNo: tax_no, FName: name }',
      [
        { erp: 'FTaxNo', crm: 'tax_no' },
        { erp: 'FName', crm: 'name' },
      ],
    ],
    ['matchBeforeCreate: false', undefined],
    ['enabled: true', undefined],
  ])('%s gives the fields of both sides', async (line, expected) => {
    expect(await matchOf(line)).toEqual(expected);
  });

  it.each([
    ['matchBeforeCreate: 7', 'erp-to-crm', /true, or a map/],
    ['matchBeforeCreate: true', 'crm-to-erp', /only before a create towards the CRM/],
  ])('%s of a stream %s is refused', async (line, direction, message) => {
    const loaded = await load(line, direction);
    expect(loaded).toMatchObject({ ok: false, error: { path: 'streams[0].matchBeforeCreate' } });
    expect(JSON.stringify(loaded)).toMatch(message);
  });

  it('does not have every record written again, and is told in a plan', async () => {
    const [plain, matching] = await Promise.all([load('enabled: true'), load('matchBeforeCreate: true')]);
    if (!plain.ok || !matching.ok) throw new Error('not loaded');
    const revisionOf = ({ catalog }: { catalog: typeof plain.catalog }) => catalog.streams[0]?.configRevision;
    expect(revisionOf(matching)).toBe(revisionOf(plain));
    expect(JSON.stringify(planChanges(null, matching.catalog, { prune: false }))).toContain(
      'looks for a match',
    );
  });
});
