import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fieldsOf, type DataCenter } from '@syncline/catalog';
import { isExactNumber, textOf, type JsonObject } from '@syncline/contract';
import { createLog, startSandboxErp, type RunningSandbox } from '@syncline/sandbox';
import { aCatalogView, aDataCenter, anErpObject } from '@syncline/testkit';
import { AnErp, No, type Kept } from './an-erp.fixture.ts';
import { Findings, findingLines, type Finding } from './findings.ts';
import { sampleRecord } from './records.ts';
import { runCheck } from './run-check.ts';
import { Wire } from './wire.ts';

const field = (apiName: string, type = 'text') => ({ apiName, label: apiName, type, required: false });

const object = anErpObject({
  fields: [field('FNumber'), field('FName'), field('FAddress'), field('FAmount', 'number')],
  details: [{ apiName: 'BD_Contact', label: 'Contact', idField: 'FContactId', fields: [field('FPhone')] }],
});
const fields = fieldsOf(aCatalogView({ erpObjects: [object], streams: [] }), object);

interface Run {
  isReadOnly?: boolean;
  isVoided?: boolean;
}

async function findingsAt(dataCenter: Partial<DataCenter>, run: Run = {}): Promise<Findings> {
  const center = aDataCenter({ timeoutMs: 5_000, ...dataCenter });
  const findings = new Findings({ section: () => undefined, finding: () => undefined });
  const wire = new Wire(center, object.apiName);
  const record =
    run.isReadOnly === true ? null : sampleRecord(fields, `chk-${Math.random().toString(36).slice(2)}`);
  try {
    await runCheck(
      { dataCenter: center, object, fields, wire, findings, patienceMs: 100 },
      { record, isVoided: run.isVoided ?? true },
    );
  } finally {
    await wire.stop();
  }
  return findings;
}

const wrong = ({ all }: Findings): string[] => [
  ...new Set(all.filter(({ mark }) => mark === 'wrong').map(({ sentence }) => sentence)),
];

describe('the check of an ERP', () => {
  let sandbox: RunningSandbox;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'check-erp-'));
    const push = { url: 'http://127.0.0.1:1', token: 't', tenantId: '81138', dataCenterId: 'dc-main' };
    const settings = {
      host: '127.0.0.1',
      port: 0,
      dataDir: folder,
      token: 'erp-secret',
      push,
      traffic: false,
    };
    sandbox = await startSandboxErp(settings, createLog('sandbox-erp'));
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['json', '/erp'],
    ['xml', '/erp-xml'],
    ['text', '/erp-text'],
  ] as const)('finds nothing wrong with the sandbox ERP, in %s', async (format, path) => {
    const findings = await findingsAt({ baseUrl: sandbox.url + path, format });
    expect(findings.all.filter(({ mark }) => mark === 'wrong')).toEqual([]);
    expect(findings.all.length).toBeGreaterThan(30);
    expect(findings.all.filter(({ mark }) => mark === 'open').map(({ sentence }) => sentence)).toEqual([
      'a create that is repeated with the same Idempotency-Key makes no second record',
      'a busy ERP answers 429 or 503 with Retry-After',
    ]);
  });
});

/** An ERP that is honest but for what a test puts over it. */
async function checked(
  over: (erp: AnErp) => Partial<AnErp>,
  run: Run = {},
  center: Partial<DataCenter> = {},
): Promise<Findings> {
  const erp = new AnErp();
  for (let i = 0; i < 6; i += 1) {
    const at = Date.now() - 600_000 + i * 1_000;
    erp.kept.push({
      id: `S${i}`,
      at,
      master: { FCUSTID: `S${i}`, FNumber: `${i}` },
      details: { BD_Contact: [{ FContactId: `R${i}` }] },
    });
  }
  Object.assign(erp, over(erp));
  const baseUrl = await erp.start();
  try {
    return await findingsAt({ baseUrl, ...center }, run);
  } finally {
    erp.stop();
  }
}

const honest = AnErp.prototype;
const readable =
  'an answer is HTTP 2xx, in the format of the data center, with a success code where it is expected';
const rowsAreRight = 'the rows of BD_Contact are what was written, under the ids that create answered';
const updates = 'update changes the record with the id that is sent';
const listed = 'a record that was created is in the window of that time';
const isWhole = 'queryMasterBatch shows it with its rows and the fields that it is found by';

/** What an ERP does wrong, and the sentences that it breaks. */
const faults: [string, (erp: AnErp) => Partial<AnErp>, string[]][] = [
  [
    'takes any token',
    () => ({ accepts: () => true }),
    ['a wrong token is refused', 'update refuses a wrong token', 'queryMasterById refuses a wrong token'],
  ],
  [
    'takes any token on writes',
    () => ({ accepts: (token, call) => token === 'erp-secret' || call === 'update' }),
    ['update refuses a wrong token'],
  ],
  [
    'answers a login page',
    () => ({ send: (response) => void response.end('<html>log in</html>') }),
    [readable],
  ],
  ['answers without a code', () => ({ send: (response) => void response.end('{"data":{}}') }), [readable]],
  [
    'has another success code',
    (erp) => ({
      send: (response, reply, call) => honest.send.call(erp, response, { ...reply, code: 'OK' }, call),
    }),
    [readable],
  ],
  [
    'answers a create without id',
    () => ({ written: () => ({}) }),
    ['create answers with success and masterDataId'],
  ],
  [
    'holds ids of rows back',
    () => ({
      written: ({ id }, rows) => ({
        masterDataId: id,
        detailDataIds: { BD_Contact: rows['BD_Contact']?.[0] ?? '' },
      }),
    }),
    ['create answers one id for each row of BD_Contact in detailDataIds'],
  ],
  [
    'answers ids in another order',
    () => ({
      written: ({ id }, rows) => ({
        masterDataId: id,
        detailDataIds: { BD_Contact: [...(rows['BD_Contact'] ?? [])].reverse() },
      }),
    }),
    [rowsAreRight],
  ],
  [
    'cuts texts',
    () => ({ toKept: (value, name) => (name === 'FAddress' ? textOf(value).slice(0, 3) : value) }),
    ['queryMasterById gives what was written', updates],
  ],
  [
    'answers another id than it keeps',
    (erp) => ({
      shown: (kept, rows) => ({
        ...honest.shown.call(erp, kept, rows),
        masterFieldVal: { ...kept.master, FCUSTID: `0${kept.id}` },
      }),
    }),
    [
      'masterDataId is the id in the record itself',
      updates,
      listed,
      'queryMasterById and queryMasterBatch show the same record',
    ],
  ],
  [
    'cannot find what it created',
    (erp) => ({ byId: (id) => (id.startsWith('E') ? null : honest.byId.call(erp, id)) }),
    ['queryMasterById gives what was written'],
  ],
  [
    'refuses an id that it does not know',
    (erp) => ({
      byId: (id) => {
        if (erp.find(id) === undefined) throw new No('not found');
        return honest.byId.call(erp, id);
      },
    }),
    ['queryMasterById answers an id that is not there with success and without data'],
  ],
  [
    'creates on update',
    (erp) => ({ update: (sent) => honest.create.call(erp, sent, crypto.randomUUID()) }),
    [updates],
  ],
  [
    'changes nothing on update',
    (erp) => ({
      update: ({ masterFieldVal }) => ({
        masterDataId: erp.find(textOf(masterFieldVal['FCUSTID']))?.id ?? '',
      }),
    }),
    [updates],
  ],
  [
    'adds all rows on update',
    (erp) => ({
      changeRow: (record, name, row) => honest.changeRow.call(erp, record, name, { ...row, FContactId: '' }),
    }),
    [updates],
  ],
  [
    'takes any token on single queries',
    () => ({ accepts: (token, call) => token === 'erp-secret' || call === 'queryMasterById' }),
    ['queryMasterById refuses a wrong token'],
  ],
  [
    'keeps Latin 1 only',
    () => ({ toKept: (value) => (typeof value === 'string' ? value.replace(/[^\0-\xff]/g, '?') : value) }),
    ['a text keeps its characters, those beyond ASCII and those of markup among them'],
  ],
  [
    'keeps numbers as doubles',
    () => ({ toKept: (value) => (isExactNumber(value) ? Number(value.rawJSON) : value) }),
    ['a number keeps all of its digits'],
  ],
  [
    'takes texts for numbers',
    () => ({
      toKept: (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    }),
    ['a long number in a text keeps its zeros and digits'],
  ],
  [
    'ignores limit',
    () => ({ pageOf: (found, offset) => found.slice(offset) }),
    ['a page has at most limit records', 'offset leaves out that many records'],
  ],
  [
    'counts offset in pages',
    () => ({ pageOf: (found, offset, limit) => found.slice(offset * limit, (offset + 1) * limit) }),
    ['offset leaves out that many records'],
  ],
  [
    'ignores offset',
    () => ({ pageOf: (found, _offset, limit) => found.slice(0, limit) }),
    ['totalNum is the number of records in the window', 'offset leaves out that many records'],
  ],
  [
    'counts one page only',
    () => ({ totalOf: (_found, page) => page.length }),
    ['totalNum is the number of records in the window'],
  ],
  ['counts nothing', () => ({ totalOf: () => null }), ['totalNum is the number of records in the window']],
  [
    'fails behind the last record',
    () => ({
      pageOf: (found, offset, limit) => {
        if (offset > 0 && offset >= found.length) throw new No('offset is too large');
        return found.slice(offset, offset + limit);
      },
    }),
    ['behind the last record a page is empty'],
  ],
  [
    'shuffles its records',
    () => {
      let turn = 0;
      return {
        pageOf: (found: Kept[], offset: number, limit: number) => {
          turn += 1;
          return [...found.slice(turn % 5), ...found.slice(0, turn % 5)].slice(offset, offset + limit);
        },
      };
    },
    ['offset leaves out that many records', 'the same page comes again in the same order'],
  ],
  [
    'shows no rows in pages',
    (erp) => ({
      batch: (query) => {
        const plain = new URLSearchParams(query);
        plain.set('includeDetail', 'false');
        return honest.batch.call(erp, plain);
      },
    }),
    [isWhole],
  ],
  [
    'ignores the window',
    () => ({ isIn: () => true }),
    ['a window without records is answered with success and no rows'],
  ],
  [
    'fails where there is nothing',
    () => ({
      totalOf: (found) => {
        if (found.length === 0) throw new No('no data');
        return found.length;
      },
    }),
    [
      'a window without records is answered with success and no rows',
      listed,
      'a record changed at startTime belongs to the window',
    ],
  ],
  [
    'leaves out the begin of a window',
    () => ({ isIn: ({ at }, start, end) => at > start && at < end }),
    ['a record changed at startTime belongs to the window'],
  ],
  [
    'takes the end of a window in',
    () => ({ isIn: ({ at }, start, end) => at >= start && at <= end }),
    ['a record changed at endTime does not belong to it'],
  ],
  ['stamps in local time', () => ({ now: () => Date.now() + 8 * 3_600_000 }), [listed]],
  ['stamps nothing', () => ({ now: () => 0 }), [listed]],
  [
    'shows records without id',
    (erp) => ({
      shown: (kept: Kept, rows: boolean): JsonObject => ({
        ...honest.shown.call(erp, kept, rows),
        masterFieldVal: { FNumber: kept.master['FNumber'] ?? '' },
      }),
    }),
    ['each row of dataList is a record with its id'],
  ],
  [
    'cannot void',
    (erp) => ({
      update: (sent, operationType) => {
        if (operationType === '3') throw new No('voids are not known');
        return honest.update.call(erp, sent, operationType);
      },
    }),
    ['update with the header operationType: 3 voids the record'],
  ],
];

describe('the check of an ERP that', () => {
  it('keeps to everything finds nothing wrong', async () => {
    const { all } = await checked(() => ({}));
    expect(all.filter(({ mark }) => mark !== 'right').map(({ sentence }) => sentence)).toEqual([
      'a busy ERP answers 429 or 503 with Retry-After',
    ]);
  });

  it.each(faults)(
    '%s says so',
    async (_what, over, sentences) => {
      const found = wrong(await checked(over));
      expect(found).toEqual(expect.arrayContaining(sentences));
    },
    30_000,
  );

  it('is too slow names the call', async () => {
    const findings = await checked(
      (erp) => ({
        send: (response, reply, call) =>
          void sleep(call === 'queryMasterById' ? 600 : 0).then(() =>
            honest.send.call(erp, response, reply, call),
          ),
      }),
      {},
      { timeoutMs: 300 },
    );
    const slow = findings.all.find(({ sentence }) => sentence === 'every answer comes within timeoutMs');
    expect(slow).toMatchObject({ mark: 'wrong', came: expect.stringContaining('/queryMasterById') });
  });

  it('makes a second record of a repeated create notes it, with what helps', async () => {
    const findings = await checked((erp) => ({
      create: (sent) => honest.create.call(erp, sent, crypto.randomUUID()),
    }));
    expect(wrong(findings)).toEqual([]);
    const repeated = findings.all.find(({ sentence }) => sentence.includes('Idempotency-Key'));
    expect(repeated).toMatchObject({ mark: 'open', todo: expect.stringContaining('matchFields (FNumber)') });
  });

  it('has another content type notes it', async () => {
    const findings = await checked(() => ({
      send: (response, reply) =>
        void response.setHeader('content-type', 'text/html').end(JSON.stringify(reply)),
    }));
    expect(findings.all.find(({ sentence }) => sentence.startsWith('the content type'))).toMatchObject({
      mark: 'open',
      came: 'it is text/html; only its charset is looked at',
    });
  });

  it('is in production is written nothing to', async () => {
    const asked = new Set<string>();
    const findings = await checked(
      (erp) => ({ accepts: (token, call) => (asked.add(call), honest.accepts.call(erp, token, call)) }),
      { isReadOnly: true },
    );
    expect([...asked].sort()).toEqual(['queryMasterBatch', 'queryMasterById']);
    expect(wrong(findings)).toEqual([]);
  });

  it('is busy is asked again after Retry-After', async () => {
    let isBusy = true;
    const findings = await checked((erp) => ({
      send: (response, reply, call) => {
        if (isBusy) response.writeHead(429, { 'retry-after': '0' }).end();
        else honest.send.call(erp, response, reply, call);
        isBusy = false;
      },
    }));
    expect(wrong(findings)).toEqual([]);
  });
});

describe('findingLines', () => {
  it('says what came and what to do', () => {
    const finding: Finding = {
      mark: 'wrong',
      sentence: 'it is so',
      source: 'spec 2',
      came: 'it is not',
      todo: 'make it so',
    };
    expect(findingLines(finding)).toEqual([
      '  ✘ it is so (spec 2)',
      '      came: it is not',
      '      to do: make it so',
    ]);
  });
});
