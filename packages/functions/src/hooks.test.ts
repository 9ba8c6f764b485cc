import { parseJson, stringifyJson, type JsonObject } from '@syncline/contract';
import { createHooks, type CallApi, type Hooks, type SyncArg } from './index.ts';

let hooks: Hooks;

beforeAll(() => {
  hooks = createHooks({ logger: { warn: () => undefined } });
});
afterAll(() => hooks.stop(AbortSignal.timeout(1000)));

const arg: SyncArg = {
  syncDataId: 's1',
  sourceTenantId: '81138',
  sourceObjectApiName: 'AccountObj',
  sourceDataId: 'A1',
  sourceEventType: 1,
  destTenantId: '81138',
  destObjectApiName: 'BD_Customer',
  destDataId: '',
  destEventType: 1,
  dataCenterId: 'dc-main',
  ployDetailId: 'p1',
  objectData: parseJson('{"name":"Acme","no":12345678901234567890,"price":1.10,"n":3}') as JsonObject,
  details: {
    ContactObj: [
      parseJson('{"_id":"1","amount":2.50}') as JsonObject,
      parseJson('{"_id":"2","amount":3.50}') as JsonObject,
      parseJson('{"_id":"3","amount":99999999999999999999}') as JsonObject,
    ],
  },
};

const run = (body: string, callApi?: CallApi) =>
  hooks.run({ file: 'hooks/x.js', source: `function execute(syncArg) {\n${body}\n}` }, arg, callApi);

async function rowsAfter(body: string) {
  const ran = await run(body);
  if (!ran.ok || !ran.result.isExec) throw new Error(JSON.stringify(ran));
  return (ran.result.details.get('ContactObj') ?? []).map(
    ({ fields, place }) => `${String(place)} ${stringifyJson(fields)}`,
  );
}

describe('createHooks', () => {
  it('leaves the record as it is when the hook returns nothing', async () => {
    expect(await run('syncArg.objectData.name = "x";')).toEqual({
      ok: true,
      log: [],
      result: { isExec: true, message: '', objectData: null, details: new Map() },
    });
  });

  it('stops the record with isExec false and a message', async () => {
    const ran = await run('return { isExec: false, message: `no ${syncArg.objectData.name}` };');
    expect(ran).toMatchObject({ ok: true, result: { isExec: false, message: 'no Acme' } });
  });

  it('gives the digits back of every number that the hook left alone', async () => {
    const ran = await run(
      'return { objectData: { ...syncArg.objectData, name: "B", copy: syncArg.objectData.no } };',
    );
    if (!ran.ok || !ran.result.isExec) throw new Error('stopped');
    expect(stringifyJson(ran.result.objectData)).toBe(
      '{"name":"B","no":12345678901234567890,"price":1.10,"n":3,"copy":"12345678901234567890"}',
    );
  });

  it('takes syncArg itself back, changed in place', async () => {
    const ran = await run('syncArg.objectData.name = "B"; return syncArg;');
    expect(ran).toMatchObject({ ok: true, result: { isExec: true, objectData: { name: 'B' } } });
  });

  it('knows which row is which when rows are left out, turned round and made anew', async () => {
    expect(
      await rowsAfter(`const [a, b, c] = syncArg.details.ContactObj;
        return { details: { ContactObj: [{ ...c, x: 1 }, a, { amount: 7 }, { ...a }] } };`),
    ).toEqual([
      '2 {"_id":"3","amount":99999999999999999999,"x":1}',
      '0 {"_id":"1","amount":2.50}',
      'null {"amount":7}',
      'null {"_id":"1","amount":2.5}',
    ]);
  });

  it('takes as many rows without marks for the same ones', async () => {
    expect(await rowsAfter('return { details: JSON.parse(JSON.stringify(syncArg.details)) };')).toEqual([
      '0 {"_id":"1","amount":2.50}',
      '1 {"_id":"2","amount":3.50}',
      '2 {"_id":"3","amount":99999999999999999999}',
    ]);
  });

  it.each([
    [
      'a text',
      'return "x";',
      'the hook returned a string; expected nothing, or {isExec, objectData, details, message}',
    ],
    ['a misspelt key', 'return { isexec: false };', 'the hook returned the key isexec; expected nothing'],
    ['isExec as a text', 'return { isExec: "false" };', 'isExec: expected true or false, found a string'],
    ['a list of fields', 'return { objectData: [] };', 'objectData: expected an object, found a list'],
    [
      'rows that are none',
      'return { details: { A: {} } };',
      'details["A"]: expected a list of objects, found an object',
    ],
    [
      'a row that is none',
      'return { details: { A: [1] } };',
      'details["A"][0]: expected an object, found a number',
    ],
    ['a message that is none', 'return { message: 1 };', 'message: expected a text, found a number'],
    ['a thrown error', 'throw new TypeError("no level");', 'hooks/x.js, line 2: TypeError: no level'],
    ['a value that is missing', '\nreturn syncArg.objectData.a.b;', 'hooks/x.js, line 3: TypeError'],
  ])('says what is wrong with %s', async (_what, body, message) => {
    const ran = await run(body);
    expect(ran.ok ? 'it was taken' : ran.message).toContain(message);
    expect(ran.ok ? '' : ran.message).toContain('hooks/x.js');
  });

  it('says that it defines no execute', async () => {
    const ran = await hooks.run({ file: 'hooks/y.js', source: 'const other = 1;' }, arg);
    expect(ran).toMatchObject({
      ok: false,
      message: 'hooks/y.js: the hook defines no function execute(syncArg)',
    });
  });

  it('takes a module with a default export', async () => {
    const source = 'export default async ({ objectData }) => ({ isExec: false, message: objectData.name });';
    expect(await hooks.run({ file: 'm.js', source }, arg)).toMatchObject({ result: { message: 'Acme' } });
  });

  it('keeps what it logs, also when it fails', async () => {
    expect(await run('log.info("a", { b: 1 }); Fx.log.info("c"); throw "x";')).toMatchObject({
      ok: false,
      message: 'hooks/x.js: the hook threw x',
      log: ['a {"b":1}', 'c'],
    });
  });

  it('does not run one for a while that ran over its time three times in a row', async () => {
    const slow = () => run('if (syncArg.never !== 1) for (;;) {}');
    for (let i = 0; i < 3; i += 1)
      expect(await slow()).toMatchObject({ ok: false, message: expect.stringContaining('time limit') });
    const began = performance.now();
    expect(await slow()).toMatchObject({ message: expect.stringContaining('is not run for 30 s') });
    expect(performance.now() - began).toBeLessThan(100);
    expect(await run('return { isExec: false };')).toMatchObject({ ok: true });
  });

  it('ends the calls of one run together', async () => {
    const impatient = createHooks({
      logger: { warn: () => undefined },
      callTimeoutMs: 200,
      callsTimeoutMs: 300,
    });
    const source = `function execute() { const said = []; for (let i = 0; i < 4; i += 1) said.push(Fx.proxy.callAPI('x', {}, {})[2]);
      return { isExec: false, message: said.join('; ') }; }`;
    const never = () => new Promise<never>(() => undefined);
    const ran = await impatient.run({ file: 'x.js', source }, arg, never);
    await impatient.stop(AbortSignal.timeout(100));
    const message = ran.ok ? ran.result.message : ran.message;
    expect(message).toMatch(
      /^no answer within 200 ms; (no answer within \d+ ms; ){1,2}the time for the calls of one run is used up/,
    );
  });
});

describe('a script', () => {
  const answer: CallApi = ({ name, params }) =>
    Promise.resolve({ statusCode: 200, content: stringifyJson({ errCode: 's106240000', name, params }) });

  it('runs line by line and shows a call as the specification does', async () => {
    const source = `const header = {};
      const ret = Fx.proxy.callAPI("erp.syncData.x", header, { a: "1" });
      log.info(ret);
      Fx.log.info("ret is : " + ret);
      log.info(ret[1].content, ret[0]);`;
    const content = '{"errCode":"s106240000","name":"erp.syncData.x","params":{"a":"1"}}';
    const shown = `[false, HttpResult(statusCode=200, content=${content}, bytes=null), ]`;
    expect(await hooks.runScript({ file: 'one-off.js', source }, answer)).toEqual({
      ok: true,
      value: 'null',
      log: [shown, `ret is : ${shown}`, `${content} false`],
    });
  });

  it('calls execute if it defines that, and shows what it returns', async () => {
    const source = 'function execute() { return { done: 3 }; }';
    expect(await hooks.runScript({ file: 'one-off.js', source })).toMatchObject({
      ok: true,
      value: '{"done":3}',
    });
  });

  it('names file and line of what goes wrong', async () => {
    const ran = await hooks.runScript({ file: 'one-off.js', source: 'log("begun");\nnothing.there();' });
    expect(ran).toMatchObject({
      ok: false,
      log: ['begun'],
      message: expect.stringMatching(/^one-off\.js, line 2: ReferenceError: '?nothing'? is not defined/),
    });
  });
});
