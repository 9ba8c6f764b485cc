import { Script } from 'node:vm';

/** What is wrong with a function, and in which line if that is known. */
export interface FunctionProblem {
  message: string;
  line: number | null;
}

/**
 * Says what keeps a text from being a hook: it has to be JavaScript that defines `execute`. Parses only; nothing is run.
 * @returns null when it is one
 */
export function checkHook(source: string): FunctionProblem | null {
  try {
    new Script(asScript(source), { filename: 'function.js' });
  } catch (error) {
    // Not `instanceof`: the error may be of another realm.
    const { name, message, stack } = error as Partial<Record<'name' | 'message' | 'stack', unknown>>;
    const line = /^function\.js:(\d+)/.exec(String(stack))?.[1];
    return {
      message: `${String(name)}: ${String(message)}`,
      line: line === undefined ? null : Number(line),
    };
  }
  if (/\bexecute\b|^\s*export default\b/m.test(source)) return null;
  return { message: 'it defines no function execute(syncArg)', line: null };
}

/** Modules differ in the word `export`; the rest of them is the same language. */
function asScript(source: string): string {
  return source
    .replace(/^([ \t]*)export default\b/gm, '$1const exported =')
    .replace(/^([ \t]*)export(?=\s+(?:async|function|const|let|class)\b)/gm, '$1');
}
