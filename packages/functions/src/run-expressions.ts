import jsonata from 'jsonata';
import {
  maxOutputChars,
  type ExpressionOutcome,
  type ExpressionReply,
  type ExpressionRequest,
} from './jobs.ts';
import { parsePlain } from './plain-json.ts';

const maxCompiled = 2000;
const compiled = new Map<string, jsonata.Expression>();

function refuseEval(): never {
  throw new Error('$eval is not available: record data is never evaluated');
}

/** Compiled expressions are kept; the oldest go first. */
function compile(source: string): jsonata.Expression {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const expression = jsonata(source);
  expression.registerFunction('eval', refuseEval);
  if (compiled.size >= maxCompiled) compiled.delete(compiled.keys().next().value ?? '');
  compiled.set(source, expression);
  return expression;
}

/** JSONata throws plain objects with a code and a message. */
export function messageOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return String(message).slice(0, 1000);
}

function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return (
    typeof value === 'object' &&
    value !== null &&
    ('_jsonata_function' in value || '_jsonata_lambda' in value)
  );
}

function outcomeOf(value: unknown): ExpressionOutcome {
  if (isFunction(value)) return { message: 'the expression gives a function, not a value' };
  if (typeof value === 'number' && !Number.isFinite(value))
    return { message: 'the expression gives no finite number' };
  // A value can have no JSON text: undefined, which stands for "nothing", is null outside.
  const text = (JSON.stringify(value) as string | undefined) ?? 'null';
  if (text.length > maxOutputChars)
    return { message: `the value is over ${String(maxOutputChars)} characters long` };
  return { text };
}

async function evaluate(
  source: string,
  input: unknown,
  bindings: Record<string, unknown>,
): Promise<ExpressionOutcome> {
  try {
    return outcomeOf(await compile(source).evaluate(input, bindings));
  } catch (error) {
    return { message: messageOf(error) };
  }
}

async function runRequest(request: ExpressionRequest): Promise<ExpressionOutcome[]> {
  const bindings = Object.create(null) as Record<string, unknown>;
  let input: unknown;
  try {
    input = parsePlain(request.input);
    for (const [name, text] of Object.entries(request.bindings ?? {}))
      bindings[name.replace(/^\$/, '')] = parsePlain(text);
  } catch {
    return request.expressions.map(() => ({ message: 'the input is not JSON' }));
  }
  const outcomes: ExpressionOutcome[] = [];
  for (const source of request.expressions) outcomes.push(await evaluate(source, input, bindings));
  return outcomes;
}

function sizeOf(outcomes: readonly ExpressionOutcome[]): number {
  return outcomes.reduce((size, it) => size + ('text' in it ? it.text.length : 0), 0);
}

/** Runs requests one after the other until the slice is over; at least one. */
export async function runExpressions(
  requests: readonly ExpressionRequest[],
  sliceMs: number,
): Promise<ExpressionReply> {
  const end = performance.now() + sliceMs;
  const done: ExpressionOutcome[][] = [];
  let size = 0;
  for (const request of requests) {
    const outcomes = await runRequest(request);
    done.push(outcomes);
    size += sizeOf(outcomes);
    if (performance.now() >= end || size > maxOutputChars) break;
  }
  return { outcomes: done };
}
