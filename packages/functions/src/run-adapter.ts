import { readSync, writeSync } from 'node:fs';
import { getQuickJS, type QuickJSContext, type QuickJSHandle, type QuickJSRuntime } from 'quickjs-emscripten';
import {
  callChannel,
  maxOutputChars,
  type AdapterJob,
  type AdapterReply,
  type ExpressionOutcome,
} from './jobs.ts';
import { parsePlain } from './plain-json.ts';

/** Above this the engine's own recursion would end the stack of V8 first, and with it the engine. */
const maxStackBytes = 128 * 1024;
const maxLogLines = 100;
const maxLogChars = 1000;
const maxCalls = 50;
const maxCallChars = 1024 * 1024;

/** Runs before the adapter, so it holds the real JSON whatever the adapter does to its own. */
const driver = `(() => {
  const { parse, stringify } = JSON;
  const show = (value) => (typeof value === 'string' ? value : String(stringify(value)));
  const write = host.log;
  const call = host.call;
  delete globalThis.host;
  const log = (...values) => write(values.map(show).join(' '));
  Object.assign(log, { debug: log, info: log, warn: log, error: log });
  globalThis.log = log;
  globalThis.console = { log, debug: log, info: log, warn: log, error: log };
  const proxy = { callAPI: (name, header, params) => parse(call(stringify({ name, header, params }))) };
  globalThis.Fx = { log, proxy };
  return {
    run: (adapt, input, raw) => adapt({ ...parse(input), raw }),
    text: (value) => (value === undefined ? 'null' : stringify(value)),
  };
})()`;

/** One adapter run: its time stands still while it waits for a call. */
class Run {
  readonly log: string[] = [];
  #deadline: number;
  #calls = 0;

  constructor(timeLimitMs: number) {
    this.#deadline = performance.now() + timeLimitMs;
  }

  get isOver(): boolean {
    return performance.now() > this.#deadline;
  }

  writeLog(line: string): void {
    if (this.log.length < maxLogLines) this.log.push(line.slice(0, maxLogChars));
  }

  /** Asks the service and waits for its answer: `[failed, {statusCode, content, bytes}, errorMessage]` as JSON text. */
  call(request: string): string {
    this.#calls += 1;
    if (this.#calls > maxCalls) return failedCall(`an adapter may call at most ${String(maxCalls)} times`);
    if (request.length > maxCallChars) return failedCall('the call is too large');
    const began = performance.now();
    writeLine(request);
    const answer = readLine();
    this.#deadline += performance.now() - began;
    return answer;
  }
}

function failedCall(message: string): string {
  return JSON.stringify([true, { statusCode: 0, content: '', bytes: null }, message]);
}

function writeLine(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let at = 0; at < bytes.length;) at += writeSync(callChannel, bytes, at);
}

function readLine(): string {
  const parts: Buffer[] = [];
  for (;;) {
    const bytes = Buffer.alloc(64 * 1024);
    const count = readSync(callChannel, bytes);
    if (count === 0) throw new Error('the service has gone');
    parts.push(bytes.subarray(0, count));
    if (bytes[count - 1] === 10) return Buffer.concat(parts).toString('utf8').trimEnd();
  }
}

function installHost(context: QuickJSContext, run: Run): void {
  const host = context.newObject();
  const log = context.newFunction('log', (line) => {
    run.writeLog(context.getString(line));
  });
  const call = context.newFunction('call', (request) =>
    context.newString(run.call(context.getString(request))),
  );
  context.setProp(host, 'log', log);
  context.setProp(host, 'call', call);
  context.setProp(context.global, 'host', host);
  for (const handle of [log, call, host]) handle.dispose();
}

class AdapterFailed extends Error {}

/** What the adapter threw, with the line where it did. */
function thrown(context: QuickJSContext, error: QuickJSHandle, run: Run): AdapterFailed {
  if (run.isOver) return new AdapterFailed('the adapter ran over its time limit');
  const value = context.dump(error) as { name?: unknown; message?: unknown; stack?: unknown } | string | null;
  if (typeof value !== 'object' || value === null)
    return new AdapterFailed(`the adapter threw ${String(value)}`);
  if (value.message === 'out of memory')
    return new AdapterFailed('the adapter needs more memory than it may have');
  const line = /adapter\.js:(\d+)/.exec(String(value.stack))?.[1];
  const place = line === undefined ? '' : ` (line ${line})`;
  return new AdapterFailed(`${String(value.name)}: ${String(value.message).slice(0, 500)}${place}`);
}

interface Scope {
  context: QuickJSContext;
  runtime: QuickJSRuntime;
  run: Run;
  /** Gives the handle back when the run is over. */
  keep(handle: QuickJSHandle): QuickJSHandle;
}

type Result = ReturnType<QuickJSContext['evalCode']>;

function valueOf({ context, run, keep }: Scope, result: Result): QuickJSHandle {
  if (result.error) throw thrown(context, keep(result.error), run);
  return keep(result.value);
}

function evaluate(scope: Scope, source: string, type: 'global' | 'module'): QuickJSHandle {
  return valueOf(scope, scope.context.evalCode(source, 'adapter.js', { type }));
}

function call(scope: Scope, fn: QuickJSHandle, ...values: QuickJSHandle[]): QuickJSHandle {
  return valueOf(scope, scope.context.callFunction(fn, scope.context.undefined, ...values));
}

function propertyOf({ context, keep }: Scope, object: QuickJSHandle, name: string): QuickJSHandle {
  return keep(context.getProp(object, name));
}

/** Waits for what an async function returned, as far as it can come without the outside. */
function settled(scope: Scope, handle: QuickJSHandle): QuickJSHandle {
  const { context, runtime, run, keep } = scope;
  const jobs = runtime.executePendingJobs();
  if (jobs.error) throw thrown(context, keep(jobs.error), run);
  const state = context.getPromiseState(handle);
  if (state.type === 'fulfilled') return state.notAPromise ? handle : keep(state.value);
  if (state.type === 'rejected') throw thrown(context, keep(state.error), run);
  throw new AdapterFailed('the promise that the adapter returned is never settled');
}

function findAdapt(scope: Scope, source: string): QuickJSHandle {
  const { context } = scope;
  let adapt: QuickJSHandle;
  if (/^\s*(?:export|import)\s/m.test(source)) {
    const exports = settled(scope, evaluate(scope, source, 'module'));
    adapt = propertyOf(scope, exports, 'adapt');
    if (context.typeof(adapt) !== 'function') adapt = propertyOf(scope, exports, 'default');
  } else {
    evaluate(scope, source, 'global');
    adapt = evaluate(scope, 'typeof adapt === "undefined" ? undefined : adapt', 'global');
  }
  if (context.typeof(adapt) === 'function') return adapt;
  throw new AdapterFailed('the adapter defines no function adapt({headers, contentType, body, raw})');
}

function adaptIn(scope: Scope, job: AdapterJob): ExpressionOutcome {
  const { context, run } = scope;
  installHost(context, run);
  const bridge = evaluate(scope, driver, 'global');
  const adapt = findAdapt(scope, job.source);
  const { headers, contentType, body, raw } = job.input;
  const input = JSON.stringify({ headers, contentType, body: body === null ? null : parsePlain(body) });
  const texts = [input, raw].map((text) => scope.keep(context.newString(text)));
  const returned = settled(scope, call(scope, propertyOf(scope, bridge, 'run'), adapt, ...texts));
  const text = call(scope, propertyOf(scope, bridge, 'text'), returned);
  if (context.typeof(text) !== 'string') return { message: 'the adapter returned a function, not records' };
  if (context.getNumber(propertyOf(scope, text, 'length')) > maxOutputChars)
    return { message: `the adapter returned over ${String(maxOutputChars)} characters` };
  return { text: context.getString(text) };
}

let damaged = false;

/** Can the engine not be used again? The process is replaced then. */
export function isEngineDamaged(): boolean {
  return damaged;
}

/** Runs one adapter in a JavaScript engine of its own: no file, no network, no process, nothing of an earlier run. */
export async function runAdapter(job: AdapterJob): Promise<AdapterReply> {
  const quickJs = await getQuickJS();
  const run = new Run(job.timeLimitMs);
  const runtime = quickJs.newRuntime();
  runtime.setMemoryLimit(job.memoryBytes);
  runtime.setMaxStackSize(maxStackBytes);
  runtime.setInterruptHandler(() => run.isOver);
  const context = runtime.newContext();
  const handles: QuickJSHandle[] = [];
  const keep = (handle: QuickJSHandle): QuickJSHandle => {
    handles.push(handle);
    return handle;
  };
  let outcome: ExpressionOutcome;
  try {
    outcome = adaptIn({ context, runtime, run, keep }, job);
  } catch (error) {
    if (!(error instanceof AdapterFailed)) damaged = true;
    const unknown = run.isOver ? 'the adapter ran over its time limit' : 'the adapter broke its sandbox';
    outcome = { message: error instanceof AdapterFailed ? error.message : unknown };
  }
  try {
    for (const it of [...handles.reverse(), context, runtime]) if (it.alive) it.dispose();
  } catch {
    damaged = true;
  }
  return { outcome, log: run.log };
}
