import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCatalog, planChanges, type CheckHook, type Loaded } from './index.ts';

const config = (hooks: string): string => `
tenants:
  - id: t
    dataCenters: [{ id: dc, channel: OA, baseUrl: "http://erp", token: secret }]
erpObjects:
  - { tenantId: t, dataCenterId: dc, apiName: Customer, idField: FID }
streams:
  - { id: s, tenantId: t, dataCenterId: dc, direction: crm-to-erp, source: AccountObj, dest: Customer${hooks} }
`;
const execute = 'function execute(syncArg) {}';
const all = ', hooks: { before: hooks/b.js, during: hooks/d.js, after: hooks/a.js }';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

interface Files {
  hooks?: string;
  b?: string;
  d?: string;
  a?: string;
}

async function load(
  { hooks = all, b = execute, d = execute, a = execute }: Files = {},
  checkHook?: CheckHook,
): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-hooks-'));
  folders.push(folder);
  await mkdir(join(folder, 'hooks'));
  const files = { 'c.yaml': config(hooks), 'hooks/b.js': b, 'hooks/d.js': d, 'hooks/a.js': a };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const options = { env: {}, now: 0, allowFastPoll: false, checkExpression: () => null };
  return loadCatalog(folder, { ...options, ...(checkHook && { checkHook }) });
}

async function catalogOf(files: Files) {
  const loaded = await load(files);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.catalog;
}

const revisionOf = async (files: Files) => (await catalogOf(files)).streams[0]?.configRevision;

describe('hooks of a stream', () => {
  it('are read from the files of the folder', async () => {
    const { streams } = await catalogOf({ b: 'const execute = () => null;' });
    expect(streams[0]?.hooks).toEqual({
      before: { kind: 'function', file: 'hooks/b.js', source: 'const execute = () => null;' },
      during: { kind: 'function', file: 'hooks/d.js', source: execute },
      after: { kind: 'function', file: 'hooks/a.js', source: execute },
    });
  });

  it('are absent where none is named', async () => {
    expect((await catalogOf({ hooks: '' })).streams[0]).not.toHaveProperty('hooks');
    expect((await catalogOf({ hooks: ', hooks: {}' })).streams[0]).not.toHaveProperty('hooks');
  });

  it('change the config revision with what they do to a record', async () => {
    const plain = await revisionOf({});
    expect(await revisionOf({ b: `${execute} // other` })).not.toBe(plain);
    expect(await revisionOf({ d: `${execute} // other` })).not.toBe(plain);
    expect(await revisionOf({ a: `${execute} // other` })).toBe(plain);
    expect(await revisionOf({ hooks: '' })).not.toBe(plain);
  });

  it('are part of the plan, without their source', async () => {
    const [before, after] = [await catalogOf({}), await catalogOf({ d: `${execute} // a secret` })];
    const fresh = planChanges(null, before, { prune: false }).find(({ kind }) => kind === 'stream');
    expect(fresh?.details).toContain('hooks: before, during, after');
    expect(planChanges(before, after, { prune: false })).toEqual([
      {
        kind: 'stream',
        id: 's',
        action: 'update',
        details: [expect.stringMatching(/^hooks\.during: JavaScript of \d+ characters → JavaScript/)],
      },
    ]);
  });

  it.each([
    [
      'a file nowhere',
      ', hooks: { before: none.js }',
      { message: 'the hook cannot be read (ENOENT)', path: 'streams[0].hooks.before' },
    ],
    [
      'a file outside',
      ', hooks: { after: ../x.js }',
      { message: 'the hook lies outside the config folder', path: 'streams[0].hooks.after' },
    ],
    [
      'another time',
      ', hooks: { befor: hooks/b.js }',
      { message: 'unknown key', path: 'streams[0].hooks.befor' },
    ],
  ])('refuse %s', async (_what, hooks, error) => {
    expect(await load({ hooks })).toMatchObject({ ok: false, error: { line: 8, ...error } });
  });

  it('refuse what is no function, with its file and line', async () => {
    const loaded = await load({}, () => ({ message: 'SyntaxError: x', line: 3 }));
    expect(loaded).toMatchObject({
      ok: false,
      error: {
        path: 'streams[0].hooks.before',
        message: 'the hook cannot be used: hooks/b.js, line 3: SyntaxError: x',
        expected: 'JavaScript that defines function execute(syncArg)',
      },
    });
  });
});
