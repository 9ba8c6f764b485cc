import { createAdapters, type AdapterInput, type Adapters } from './index.ts';

const logger = { warn: () => undefined };
let adapters: Adapters;

beforeAll(() => {
  adapters = createAdapters({ logger });
});
afterAll(() => adapters.stop(AbortSignal.timeout(1000)));

const push: AdapterInput = {
  headers: { objectapiname: 'Customer' },
  contentType: 'application/json',
  body: '{"code":"C1","name":"Acme","no":12345678901234567890}',
  raw: '{"code":"C1"}',
};

function run(source: string, input: AdapterInput = push) {
  return adapters.run({ kind: 'function', source }, input);
}

const customer = `{ objAPIName: 'Customer', masterFieldVal: { FID: body.code } }`;

describe('createAdapters', () => {
  it('turns a push into a standard record', async () => {
    const source = `function adapt({ headers, contentType, body, raw }) {
      return {
        objAPIName: headers.objectapiname,
        masterFieldVal: { FID: body.code, no: body.no, raw, contentType },
        detailFieldVals: { Contact: [{ phone: '1' }] },
        id: body.code,
        operationType: 3,
      };
    }`;
    expect(await run(source)).toEqual({
      ok: true,
      log: [],
      records: [
        {
          record: {
            objAPIName: 'Customer',
            masterFieldVal: {
              FID: 'C1',
              no: '12345678901234567890',
              raw: push.raw,
              contentType: 'application/json',
            },
            detailFieldVals: { Contact: [{ phone: '1' }] },
          },
          id: 'C1',
          operationType: 3,
        },
      ],
    });
  });

  it.each([
    ['a list', `function adapt({ body }) { return [${customer}, ${customer}]; }`, 2],
    ['nothing', 'function adapt() {}', 0],
    ['null', 'const adapt = () => null;', 0],
    ['a promise', `async function adapt({ body }) { await null; return ${customer}; }`, 1],
    ['a module', `export function adapt({ body }) { return ${customer}; }`, 1],
    ['a default export', `export default ({ body }) => (${customer});`, 1],
  ])('takes %s', async (_what, source, count) => {
    const adapted = await run(source);
    expect(adapted.ok && adapted.records).toHaveLength(count);
  });

  it('takes an expression over the same input', async () => {
    const expression = `{ "objAPIName": headers.objectapiname, "masterFieldVal": { "FID": body.code }, "id": body.no }`;
    const adapted = await adapters.run({ kind: 'expression', expression }, push);
    expect(adapted).toMatchObject({ ok: true, records: [{ id: '12345678901234567890' }] });
  });

  it('gives the body as null when it was not parsed, and the text of it', async () => {
    const source = `function adapt({ body, raw }) { return { objAPIName: 'T', masterFieldVal: { none: body === null, raw } }; }`;
    const adapted = await run(source, {
      headers: {},
      contentType: 'text/plain',
      body: null,
      raw: '00123;Müller',
    });
    expect(adapted).toMatchObject({
      records: [{ record: { masterFieldVal: { none: true, raw: '00123;Müller' } } }],
    });
  });

  it('adapts a push of 10 MiB', async () => {
    const body = JSON.stringify({ rows: Array.from({ length: 50_000 }, () => 'x'.repeat(200)) });
    const source = `function adapt({ body }) { return { objAPIName: 'T', masterFieldVal: { n: body.rows.length } }; }`;
    const adapted = await run(source, { headers: {}, contentType: 'application/json', body, raw: body });
    expect(adapted).toMatchObject({ ok: true, records: [{ record: { masterFieldVal: { n: 50_000 } } }] });
  });

  it('keeps what the adapter logs', async () => {
    const adapted = await run(
      `function adapt() { log('a', 1, { b: 2 }); Fx.log.info('c'); console.error('d'); }`,
    );
    expect(adapted.log).toEqual(['a 1 {"b":2}', 'c', 'd']);
  });

  it('keeps a hundred lines of log at most', async () => {
    expect(
      (await run(`function adapt() { for (let i = 0; i < 1e4; i += 1) log('x'.repeat(5000)); }`)).log,
    ).toHaveLength(100);
  });

  it.each([
    ['text', `return 'x'`, '$: expected an object, found a string'],
    [
      'no object name',
      `return { masterFieldVal: {} }`,
      '$.objAPIName: expected the name of an object, found nothing',
    ],
    ['no fields', `return [{ objAPIName: 'A' }]`, '$[0].masterFieldVal: expected an object, found nothing'],
    [
      'a list of fields',
      `return { objAPIName: 'A', masterFieldVal: [] }`,
      '$.masterFieldVal: expected an object, found a list',
    ],
    [
      'one detail row',
      `return { objAPIName: 'A', masterFieldVal: {}, detailFieldVals: { B: {} } }`,
      '$.detailFieldVals["B"]: expected a list of objects, found an object',
    ],
    [
      'a wrong row',
      `return { objAPIName: 'A', masterFieldVal: {}, detailFieldVals: { B: [1] } }`,
      '$.detailFieldVals["B"][0]: expected an object, found a number',
    ],
    [
      'a wrong operation',
      `return { objAPIName: 'A', masterFieldVal: {}, operationType: 4 }`,
      '$.operationType: expected 1, 2 or 3, found a number',
    ],
    [
      'a wrong id',
      `return { objAPIName: 'A', masterFieldVal: {}, id: {} }`,
      '$.id: expected a text, found an object',
    ],
  ])('names the path of %s', async (_what, body, message) => {
    const adapted = await run(`function adapt() { ${body}; }`);
    expect(adapted).toMatchObject({ ok: false, message: `the adapter's result is wrong at ${message}` });
  });

  it.each([
    ['an endless loop', 'function adapt() { for (;;) {} }', /time limit/],
    ['an endless loop outside', 'for (;;) {}', /time limit/],
    ['an endless chain of promises', 'async function adapt() { for (;;) await null; }', /time limit/],
    ['a promise without end', 'function adapt() { return new Promise(() => {}); }', /never settled/],
    [
      'a bomb of lists',
      'function adapt() { const a = []; for (;;) a.push(new Array(1000).fill(1)); }',
      /memory|time limit/,
    ],
    ['a bomb of text', `function adapt() { let s = 'x'; for (;;) s += s; }`, /memory|too long|time limit/],
    ['a big buffer', 'function adapt() { return new ArrayBuffer(1e9); }', /memory|array/],
    ['deep recursion', 'function adapt() { return adapt() + 1; }', /stack|recursion/i],
    [
      'a pattern that backtracks',
      `function adapt() { return /^(a+)+$/.test('a'.repeat(50) + '!'); }`,
      /time limit/,
    ],
    ['a result without end', 'function adapt() { const a = {}; a.a = a; return a; }', /circular/],
    ['a result too large', `function adapt() { return 'x'.repeat(9000000); }`, /characters/],
    [
      'a result too deep',
      'function adapt() { let a = {}; for (let i = 0; i < 70; i += 1) a = { a }; return a; }',
      /levels deep/,
    ],
    [
      'a thrown error',
      `function adapt() {\n  throw new TypeError('no code'); }`,
      /^TypeError: no code \(line 2\)$/,
    ],
    ['a thrown text', `function adapt() { throw 'no'; }`, /the adapter threw no/],
    ['no function', 'const other = 1;', /defines no function adapt/],
    ['no JavaScript', 'function (', /SyntaxError/],
    ['require', `function adapt() { return require('fs'); }`, /'?require'? is not defined/],
    ['process', 'function adapt() { return process.env; }', /'?process'? is not defined/],
    ['fetch', `function adapt() { return fetch('http://127.0.0.1'); }`, /'?fetch'? is not defined/],
    ['an import', `import fs from 'fs'; export function adapt() {}`, /could not load|module/i],
    ['another import', `async function adapt() { await import('fs'); }`, /could not load|module/i],
    ['the host', 'function adapt() { return host.call("x"); }', /'?host'? is not defined/],
  ])('stops or refuses %s', async (_what, source, message) => {
    const adapted = await run(source);
    expect(adapted).toMatchObject({ ok: false, message: expect.stringMatching(message) });
    expect(await run('function adapt() { return null; }')).toMatchObject({ ok: true });
  });

  it('lets an adapter spoil its own world only', async () => {
    const spoilt = `Object.prototype.objAPIName = 'Bad'; JSON.stringify = () => 'x'; JSON.parse = null; Array.prototype.map = null;
      globalThis.left = 1; function adapt({ body }) { return [${customer}]; }`;
    expect(await run(spoilt)).toMatchObject({ ok: true, records: [{ record: { objAPIName: 'Customer' } }] });
    const clean = `function adapt() { return { objAPIName: typeof left, masterFieldVal: { a: [1].map(String) } }; }`;
    expect(await run(clean)).toMatchObject({
      records: [{ record: { objAPIName: 'undefined', masterFieldVal: { a: ['1'] } } }],
    });
    expect(({} as { objAPIName?: string }).objAPIName).toBeUndefined();
  });

  it('keeps a field named __proto__ as data', async () => {
    const source = `function adapt() { return JSON.parse('{"objAPIName":"A","masterFieldVal":{"__proto__":{"x":1}}}'); }`;
    const adapted = await run(source);
    const [first] = adapted.ok ? adapted.records : [];
    expect(JSON.stringify(first?.record.masterFieldVal)).toBe('{"__proto__":{"x":1}}');
  });

  describe('Fx.proxy.callAPI', () => {
    const source = `function adapt() {
      const [failed, result, message] = Fx.proxy.callAPI('erp.syncData.x', {}, { a: '客户' });
      return { objAPIName: 'A', masterFieldVal: { failed, message, status: result.statusCode, content: result.content } };
    }`;

    async function fieldsOf(callApi?: Parameters<Adapters['run']>[2]): Promise<unknown> {
      const adapted = await adapters.run({ kind: 'function', source }, push, callApi);
      return adapted.ok ? adapted.records[0]?.record.masterFieldVal : adapted;
    }

    it('waits for the answer of the service, outside its time limit', async () => {
      const fields = await fieldsOf(async ({ name, params }) => {
        await new Promise((resolve) => setTimeout(resolve, 1200));
        return { statusCode: 200, content: JSON.stringify([name, params]) };
      });
      const content = '["erp.syncData.x",{"a":"客户"}]';
      expect(fields).toEqual({ failed: false, message: '', status: 200, content });
    });

    it('says that a call failed', async () => {
      const fields = await fieldsOf(() => Promise.reject(new Error('the store is away')));
      expect(fields).toMatchObject({ failed: true, message: 'the store is away' });
    });

    it('fails where the service offers no calls', async () => {
      expect(await fieldsOf()).toMatchObject({ failed: true, message: 'calls are not available here' });
    });

    it('takes a large answer', async () => {
      const content = '客'.repeat(300_000);
      expect(await fieldsOf(() => Promise.resolve({ statusCode: 200, content }))).toMatchObject({ content });
    });

    it('ends an adapter that calls without end', async () => {
      const loop = `function adapt() { let n = 0; while (!Fx.proxy.callAPI('x', {}, {})[0]) n += 1; return { objAPIName: 'A', masterFieldVal: { n } }; }`;
      const answer = () => Promise.resolve({ statusCode: 200, content: '{}' });
      const adapted = await adapters.run({ kind: 'function', source: loop }, push, answer);
      expect(adapted).toMatchObject({ records: [{ record: { masterFieldVal: { n: 50 } } }] });
    });
  });
});
