import { setTimeout as delay } from 'node:timers/promises';
import {
  checkExpression,
  createEvaluator,
  EvaluatorBusy,
  SandboxUnavailable,
  type Evaluator,
} from './index.ts';

const warnings: string[] = [];
const logger = { warn: (message: string) => warnings.push(message) };
let evaluator: Evaluator;

beforeAll(() => {
  evaluator = createEvaluator({ workers: 2, logger });
});
afterAll(() => evaluator.stop(AbortSignal.timeout(1000)));

async function valueOf(
  expression: string,
  input: string,
  bindings?: Record<string, string>,
): Promise<unknown> {
  const [result] = await evaluator.evaluate({
    input,
    expressions: [expression],
    ...(bindings ? { bindings } : {}),
  });
  return result?.ok ? result.value : result;
}

describe('createEvaluator', () => {
  it('gives one result for each expression, in order', async () => {
    const results = await evaluator.evaluate({
      input: '{"name":"Acme","city":"Ulm"}',
      expressions: ['name & " / " & city', 'country', '(', '$error("no")'],
    });
    expect(results).toEqual([
      { ok: true, value: 'Acme / Ulm' },
      { ok: true, value: null },
      { ok: false, message: expect.stringContaining('before end of expression') },
      { ok: false, message: 'no' },
    ]);
  });

  it('binds other values by name', async () => {
    expect(await valueOf('a + $b.c', '{"a":1}', { b: '{"c":2}' })).toBe(3);
    expect(await valueOf('a + $b', '{"a":1}', { $b: '2' })).toBe(3);
  });

  it.each([
    ['12345678901234567890', '12345678901234567890'],
    ['1e400', '1e400'],
    ['0.12345678901234567890', '0.12345678901234567890'],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992],
    ['1.10', 1.1],
    ['1e3', 1000],
    ['-0.5', -0.5],
    ['1e-400', '1e-400'],
  ])('takes the number %s as %p', async (text, value) => {
    expect(await valueOf('n', `{"n":${text}}`)).toEqual(value);
  });

  it('takes any name of a field for data', async () => {
    expect(await valueOf('`__proto__`', '{"__proto__":{"a":1}}')).toEqual({ a: 1 });
    expect(await valueOf('$keys($)', '{"constructor":1,"$x":2,"a.b":3}')).toEqual([
      'constructor',
      '$x',
      'a.b',
    ]);
  });

  it('evaluates what arrives together, in any number', async () => {
    const all = Array.from({ length: 500 }, (_, index) => valueOf('i * 2', `{"i":${String(index)}}`));
    expect(await Promise.all(all)).toEqual(Array.from({ length: 500 }, (_, index) => index * 2));
  });

  it('evaluates a record of 8 MiB', async () => {
    const rows = Array.from({ length: 40_000 }, (_, index) => ({ no: index, text: 'x'.repeat(180) }));
    expect(await valueOf('$count(rows)', JSON.stringify({ rows }))).toBe(40_000);
  });

  it('fails alone when the input is not JSON', async () => {
    expect(await valueOf('a', '{')).toEqual({ ok: false, message: 'the input is not JSON' });
  });

  it.each([
    ['a function', '$sum', 'function'],
    ['no finite number', '1 / 0', 'finite'],
    ['too much text', '$pad("x", 9000000)', /characters long|time limit|memory/],
    ['evaluated data', '$eval("1 + 1")', /^\$eval/],
  ])('refuses %s', async (_what, expression, message) => {
    expect(await valueOf(expression, '{}')).toEqual({ ok: false, message: expect.stringMatching(message) });
  });

  it.each([
    ['process', '$string(process)'],
    ['a constructor', '($f := function(){1}; $f.constructor)'],
    ['a constructor of data', '"a".constructor'],
    ['a native function', '$map.constructor("return process")()'],
    ['the environment of a closure', '($f := function(){1}; $f.environment)'],
    ['a prototype', '$lookup({}, "__proto__").constructor'],
  ])('gives no access to %s', async (_what, expression) => {
    const value = await valueOf(expression, '{}');
    expect(value === null || (value as { ok?: boolean }).ok === false).toBe(true);
  });

  describe.each([
    ['endless recursion', '($f := function($x){ 1 + $f($x) }; $f(1))'],
    ['an endless loop', '($f := function($x){ $f($x + 1) }; $f(1))'],
    ['a pattern that backtracks', '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)'],
    ['a text of 500 MB', '$length($pad("x", 5e8))'],
    [
      'a text that doubles',
      '($f := function($s,$n){ $n = 0 ? $s : $f($s & $s, $n-1)}; $length($f("xxxxxxxx", 25)))',
    ],
    ['a list of ten million', '$count([1..9999999])'],
    [
      'a list that doubles',
      '($f := function($s,$n){ $n = 0 ? $s : $f($append($s,$s), $n-1)}; $f([1,2,3,4], 30))',
    ],
  ])('%s', (_what, hostile) => {
    it('fails its own expression only, soon, and costs this process nothing', async () => {
      const before = process.memoryUsage.rss();
      const began = performance.now();
      const others = Array.from({ length: 30 }, (_, index) => valueOf('i + 1', `{"i":${String(index)}}`));
      const [first, guilty, last] = await evaluator.evaluate({
        input: '{"a":1}',
        expressions: ['a', hostile, 'a + 1'],
      });
      const took = performance.now() - began;
      expect([first, last]).toEqual([
        { ok: true, value: 1 },
        { ok: true, value: 2 },
      ]);
      expect(guilty).toEqual({ ok: false, message: expect.stringMatching(/time limit|memory/) });
      expect(await Promise.all(others)).toEqual(others.map((_, index) => index + 1));
      // About 0.6 s on an idle machine; the tests share theirs.
      expect(took).toBeLessThan(3000);
      expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024);
    });
  });

  it('names in its log what it stopped', () => {
    expect(warnings).toContain('the expression ran over its time limit');
  });

  it('refuses more than may wait', async () => {
    const small = createEvaluator({ workers: 1, maxWaiting: 2, logger });
    const all = await Promise.allSettled(
      [1, 2, 3].map(() => small.evaluate({ input: '{}', expressions: ['1'] })),
    );
    expect(all.map((it) => it.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect((all[2] as PromiseRejectedResult).reason).toBeInstanceOf(EvaluatorBusy);
    await small.stop(AbortSignal.timeout(1000));
  });

  it('finishes what was asked when it stops, and refuses what comes after', async () => {
    const small = createEvaluator({ workers: 1, logger });
    const asked = small.evaluate({ input: '{}', expressions: ['1'] });
    await small.stop(AbortSignal.timeout(5000));
    expect(await asked).toEqual([{ ok: true, value: 1 }]);
    await expect(small.evaluate({ input: '{}', expressions: ['1'] })).rejects.toBeInstanceOf(
      SandboxUnavailable,
    );
  });

  it('does not wait for a hostile one past the deadline', async () => {
    const small = createEvaluator({ workers: 1, timeLimitMs: 60_000, logger });
    const asked = small.evaluate({ input: '{}', expressions: ['($f := function($x){ $f($x + 1) }; $f(1))'] });
    const settled = asked.then(
      () => 'done',
      () => 'ended',
    );
    await delay(0);
    await small.stop(AbortSignal.timeout(100));
    expect(['done', 'ended']).toContain(await settled);
  });
});

describe('checkExpression', () => {
  it('takes what parses', () => {
    expect(checkExpression('record_type = "default__c"')).toBeNull();
  });

  it('says what is wrong and where', () => {
    expect(checkExpression('a = (')).toMatch(/\(at character \d+\)$/);
  });

  it('evaluates nothing', () => {
    expect(checkExpression('($f := function($x){ $f($x) }; $f(1))')).toBeNull();
  });
});
