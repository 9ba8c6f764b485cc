import { emptyFields, type Json } from '@syncline/contract';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { BadConfig, pathText, type ConfigPath } from './config-error.ts';

/** Bounds on one file, so that no file can take the machine's memory or time (hazards 4.1, the YAML row). */
const maxNodes = 100_000;
const maxDepth = 64;
const maxAliases = 100;

export interface Problem {
  /** default: that it is missing or not valid */
  message?: string;
  expected: string;
  /** default: what stands at the path */
  found?: string;
  /** point at the key instead of its value */
  atKey?: boolean;
}

export interface YamlFile {
  name: string;
  value: Json;
  /** A `BadConfig` that points at `path`, or at the nearest thing around it that is there. */
  problemAt(path: ConfigPath, problem: Problem): BadConfig;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Keys whose values are never shown. */
const secretKeys = new Set<string | number>(['token', 'pushTokens']);

/**
 * Reads one YAML 1.2 document: plain values only, no custom tags, no key twice, `${env:NAME}` replaced.
 * @throws BadConfig at the first thing that is wrong
 */
export function readYamlFile(name: string, text: string, env: Env): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const problemAt = (path: ConfigPath, problem: Problem): BadConfig => {
    const { node, complete } = nodeAt(document, path, problem.atKey ?? false);
    const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
    const found = problem.found ?? (complete ? describe(node, path) : 'nothing');
    const { message = complete ? 'the value is not valid' : 'the value is missing', expected } = problem;
    return new BadConfig({
      file: name,
      line: Math.max(1, line),
      column: Math.max(1, col),
      path: pathText(path),
      message,
      found,
      expected,
    });
  };
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    const expected = 'one YAML document of maps, lists, texts, numbers, true, false and null';
    const found = 'something else';
    throw new BadConfig({ file: name, line, column: col, path: '', message: fault.message, found, expected });
  }
  const value = new Reader(document, env, problemAt).read(document.contents, []);
  return { name, value, problemAt };
}

class Reader {
  readonly #document: Document.Parsed;
  readonly #env: Env;
  readonly #problemAt: YamlFile['problemAt'];
  #nodes = 0;
  #aliases = 0;

  constructor(document: Document.Parsed, env: Env, problemAt: YamlFile['problemAt']) {
    this.#document = document;
    this.#env = env;
    this.#problemAt = problemAt;
  }

  read(node: unknown, path: ConfigPath): Json {
    this.#nodes += 1;
    if (this.#nodes > maxNodes || path.length > maxDepth) throw this.#tooMuch(path);
    if (isAlias(node)) {
      this.#aliases += 1;
      if (this.#aliases > maxAliases) throw this.#tooMuch(path);
      return this.read(node.resolve(this.#document), path);
    }
    if (isMap(node)) return this.#readMap(node.items, path);
    if (isSeq(node)) return node.items.map((it, index) => this.read(it, [...path, index]));
    if (!isScalar(node)) return null;
    return this.#readScalar(node.value, node.source ?? '', path);
  }

  #readMap(pairs: readonly { key: unknown; value: unknown }[], path: ConfigPath): Json {
    const fields = emptyFields();
    for (const pair of pairs) {
      const key = keyText(pair.key);
      if (key === null)
        throw this.#problemAt(path, { message: 'a key is not a text', expected: 'keys of text' });
      const inner = [...path, key];
      if (Object.hasOwn(fields, key)) {
        const message = `the key ${JSON.stringify(key)} occurs twice`;
        throw this.#problemAt(inner, { message, found: 'it again', expected: 'each key once', atKey: true });
      }
      fields[key] = this.read(pair.value, inner);
    }
    return fields;
  }

  #readScalar(value: unknown, source: string, path: ConfigPath): Json {
    if (typeof value === 'string') return this.#substitute(value, path);
    if (typeof value === 'number') {
      if (isKept(value, source)) return value;
      const message = 'the number has too many digits to be kept';
      throw this.#problemAt(path, { message, expected: 'a text in quotes, or a smaller number' });
    }
    return typeof value === 'boolean' ? value : null;
  }

  #substitute(text: string, path: ConfigPath): string {
    return text.replace(/\$\{env:([^}]*)\}/g, (_, name: string) => {
      const value = Object.hasOwn(this.#env, name) ? this.#env[name] : undefined;
      if (value !== undefined) return value;
      const message = `the environment variable ${name} is not set`;
      throw this.#problemAt(path, { message, expected: `${name} in the environment` });
    });
  }

  #tooMuch(path: ConfigPath): BadConfig {
    const expected = `at most ${String(maxNodes)} values, ${String(maxDepth)} levels and ${String(maxAliases)} aliases`;
    return this.#problemAt(path, { message: 'the file holds too much', found: 'more', expected });
  }
}

/** A double holds every fraction closely enough, but of a long whole number it would change the last digits. */
function isKept(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  return !/^[-+]?\d+$/.test(source) || BigInt(source.replace('+', '')) === BigInt(value);
}

/** A key as it is written: `01: A` stays `01`. */
function keyText(key: unknown): string | null {
  if (!isScalar(key)) return null;
  if (typeof key.value === 'string') return key.value;
  return key.source ?? String(key.value);
}

function resolved(document: Document.Parsed, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** The last pair counts: of a key that occurs twice, the second is the one to point at. */
function pairOf(node: unknown, key: string | number): { key: unknown; value: unknown } | undefined {
  return isMap(node) ? node.items.findLast((it) => keyText(it.key) === key) : undefined;
}

function nodeAt(
  document: Document.Parsed,
  path: ConfigPath,
  atKey: boolean,
): { node: Node | null; complete: boolean } {
  let node: Node | null = document.contents;
  for (const [index, part] of path.entries()) {
    const inside = resolved(document, node);
    const pair = pairOf(inside, part);
    const next = isSeq(inside) ? inside.items[Number(part)] : pair?.value;
    if (atKey && index === path.length - 1 && pair !== undefined)
      return { node: pair.key as Node, complete: true };
    // An empty value has no place of its own: its key has.
    if (pair !== undefined && !next) return { node: pair.key as Node, complete: true };
    if (!next) return { node, complete: false };
    node = next as Node;
  }
  return { node, complete: true };
}

/** What a node is, from the text of the file: values that came from the environment are not shown. */
function describe(node: unknown, path: ConfigPath): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  if (isAlias(node)) return `the alias *${node.source}`;
  if (!isScalar(node) || node.value === null) return 'nothing';
  const kind = typeof node.value === 'string' ? 'text' : typeof node.value;
  if (path.some((part) => secretKeys.has(part))) return `a ${kind} (secret)`;
  const shown = typeof node.value === 'string' ? JSON.stringify(cut(node.value)) : (node.source ?? 'value');
  return `the ${kind} ${shown}`;
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
