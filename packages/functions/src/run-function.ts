import { readSync, writeSync } from 'node:fs';
import { getQuickJS, type QuickJSContext, type QuickJSHandle, type QuickJSRuntime } from 'quickjs-emscripten';
import {
  callChannel,
  maxOutputChars,
  type AdapterInput,
  type FunctionJob,
  type FunctionOutcome,
  type FunctionReply,
} from './jobs.ts';
import { driver } from './function-driver.ts';
import { parsePlain } from './plain-json.ts';

/** Above this the engine's own recursion would end the stack of V8 first, and with it the engine. */
const maxStackBytes = 128 * 1024;
/** A script is run for its log; others are run for each record. */
const logLimits = {
  adapt: { lines: 100, chars: 1000 },
  hook: { lines: 100, chars: 1000 },
  script: { lines: 1000, chars: 8000 },
};
const maxCallChars = 1024 * 1024;

/** One run: its time stands still while it waits for a call. */
class Run {
  readonly log: string[] = [];
  #deadline: number;
  readonly #mostCalls: number;
  readonly #logLimits: { lines: number; chars: number };
  #calls = 0;

  constructor({ timeLimitMs, mostCalls, entry }: Pick<FunctionJob, 'timeLimitMs' | 'mostCalls' | 'entry'>) {
    this.#logLimits = logLimits[entry];
    this.#deadline = performance.now() + timeLimitMs;
    this.#mostCalls = mostCalls;
  }

  get isOver(): boolean {
    return performance.now() > this.#deadline;
  }

  writeLog(line: string): void {
    const { lines, chars } = this.#logLimits;
    if (this.log.length < lines) this.log.push(line.slice(0, chars));
  }

  /** Asks the service and waits for its answer: `[failed, {statusCode, content, bytes}, errorMessage]` as JSON text. */
  call(request: string): string {
    this.#calls += 1;
    if (this.#calls > this.#mostCalls)
      return failedCall(`a function may call at most ${String(this.#mostCalls)} times`);
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

/** The function failed; `line` is where, if it is known. */
class FunctionFailed extends Error {
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

/** What the function threw, with the line where it did. */
function thrown(context: QuickJSContext, error: QuickJSHandle, { run, what }: Scope): FunctionFailed {
  if (run.isOver) return new FunctionFailed(`the ${what} ran over its time limit`);
  const value = context.dump(error) as { name?: unknown; message?: unknown; stack?: unknown } | string | null;
  if (typeof value !== 'object' || value === null)
    return new FunctionFailed(`the ${what} threw ${String(value).slice(0, 500)}`);
  if (value.message === 'out of memory')
    return new FunctionFailed(`the ${what} needs more memory than it may have`);
  const line = /function\.js:(\d+)/.exec(String(value.stack))?.[1];
  const message = `${String(value.name)}: ${String(value.message).slice(0, 500)}`;
  return new FunctionFailed(message, line === undefined ? undefined : Number(line));
}

interface Scope {
  context: QuickJSContext;
  runtime: QuickJSRuntime;
  run: Run;
  /** `adapter`, `hook` or `script`: for messages */
  what: string;
  /** Gives the handle back when the run is over. */
  keep(handle: QuickJSHandle): QuickJSHandle;
}

type Result = ReturnType<QuickJSContext['evalCode']>;

function valueOf(scope: Scope, result: Result): QuickJSHandle {
  const { context, keep } = scope;
  if (result.error) throw thrown(context, keep(result.error), scope);
  return keep(result.value);
}

function evaluate(scope: Scope, source: string, type: 'global' | 'module'): QuickJSHandle {
  return valueOf(scope, scope.context.evalCode(source, 'function.js', { type }));
}

function call(scope: Scope, fn: QuickJSHandle, ...values: QuickJSHandle[]): QuickJSHandle {
  return valueOf(scope, scope.context.callFunction(fn, scope.context.undefined, ...values));
}

function propertyOf({ context, keep }: Scope, object: QuickJSHandle, name: string): QuickJSHandle {
  return keep(context.getProp(object, name));
}

/** Waits for what an async function returned, as far as it can come without the outside. */
function settled(scope: Scope, handle: QuickJSHandle): QuickJSHandle {
  const { context, runtime, what, keep } = scope;
  const jobs = runtime.executePendingJobs();
  if (jobs.error) throw thrown(context, keep(jobs.error), scope);
  const state = context.getPromiseState(handle);
  if (state.type === 'fulfilled') return state.notAPromise ? handle : keep(state.value);
  if (state.type === 'rejected') throw thrown(context, keep(state.error), scope);
  throw new FunctionFailed(`the promise that the ${what} returned is never settled`);
}

/** What has to be defined, and how it is said when it is not. */
const entries = {
  adapt: { name: 'adapt', what: 'adapter', signature: 'adapt({headers, contentType, body, raw})' },
  hook: { name: 'execute', what: 'hook', signature: 'execute(syncArg)' },
  script: { name: 'execute', what: 'script', signature: null },
} as const;

/** The function that the source defines; null for a script that is only statements. */
function findEntry(scope: Scope, { entry, source }: FunctionJob): QuickJSHandle | null {
  const { context } = scope;
  const { name, what, signature } = entries[entry];
  let found: QuickJSHandle;
  if (/^\s*(?:export|import)\s/m.test(source)) {
    const exports = settled(scope, evaluate(scope, source, 'module'));
    found = propertyOf(scope, exports, name);
    if (context.typeof(found) !== 'function') found = propertyOf(scope, exports, 'default');
  } else {
    evaluate(scope, source, 'global');
    found = evaluate(scope, `typeof ${name} === "undefined" ? undefined : ${name}`, 'global');
  }
  if (context.typeof(found) === 'function') return found;
  if (signature === null) return null;
  throw new FunctionFailed(`the ${what} defines no function ${signature}`);
}

function argumentsOf(scope: Scope, job: FunctionJob): QuickJSHandle[] {
  const texts = job.entry === 'adapt' ? adaptTexts(job.input) : [JSON.stringify(parsePlain(job.input))];
  return texts.map((text) => scope.keep(scope.context.newString(text)));
}

function adaptTexts({ headers, contentType, body, raw }: AdapterInput): string[] {
  return [JSON.stringify({ headers, contentType, body: body === null ? null : parsePlain(body) }), raw];
}

function runIn(scope: Scope, job: FunctionJob): FunctionOutcome {
  const { context, run, what } = scope;
  installHost(context, run);
  const bridge = evaluate(scope, driver, 'global');
  const fn = findEntry(scope, job);
  if (fn === null) return { text: 'null' };
  const begin = propertyOf(scope, bridge, job.entry);
  const returned = settled(scope, call(scope, begin, fn, ...argumentsOf(scope, job)));
  const toText = propertyOf(scope, bridge, job.entry === 'hook' ? 'hookText' : 'text');
  const text = call(scope, toText, returned);
  if (context.typeof(text) !== 'string') return { message: `the ${what} returned a function, not data` };
  if (context.getNumber(propertyOf(scope, text, 'length')) > maxOutputChars)
    return { message: `the ${what} returned over ${String(maxOutputChars)} characters` };
  return { text: context.getString(text) };
}

let damaged = false;

/** Can the engine not be used again? The process is replaced then. */
export function isEngineDamaged(): boolean {
  return damaged;
}

/** Runs one function in a JavaScript engine of its own: no file, no network, no process, nothing of an earlier run. */
export async function runFunction(job: FunctionJob): Promise<FunctionReply> {
  const quickJs = await getQuickJS();
  const run = new Run(job);
  const { what } = entries[job.entry];
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
  let outcome: FunctionOutcome;
  try {
    outcome = runIn({ context, runtime, run, what, keep }, job);
  } catch (error) {
    outcome = failureOf(error, run, what);
  }
  try {
    for (const it of [...handles.reverse(), context, runtime]) if (it.alive) it.dispose();
  } catch {
    damaged = true;
  }
  return { outcome, log: run.log, broke: run.isOver };
}

function failureOf(error: unknown, run: Run, what: string): FunctionOutcome {
  if (error instanceof FunctionFailed) {
    const { message, line } = error;
    return line === undefined ? { message } : { message, line };
  }
  damaged = true;
  return { message: run.isOver ? `the ${what} ran over its time limit` : `the ${what} broke its sandbox` };
}
