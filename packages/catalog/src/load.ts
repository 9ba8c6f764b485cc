import { configFile, type ErpObjectForm, type StreamForm, type TenantForm } from './schema.ts';
import { hookTimes, type Adapter, type Catalog, type Stream, type StreamHooks } from './catalog.ts';
import { catalogProblems } from './checks.ts';
import { BadConfig, type ConfigError, type ConfigPath } from './config-error.ts';
import { readFunction, readYamlText, yamlFilesOf } from './files.ts';
import { erpObjectFrom, streamFrom, tenantFrom } from './from-forms.ts';
import type { CheckExpression, CheckHook } from './problem.ts';
import { catalogDigest, withConfigRevisions } from './revision.ts';
import { readYamlFile, type YamlFile } from './yaml-file.ts';

export interface LoadOptions {
  /** for `${env:NAME}` */
  env: Readonly<Record<string, string | undefined>>;
  /** ms; becomes `firstAppliedAt` of objects that were never applied before */
  now: number;
  /** `SYNCLINE_ALLOW_FAST_POLL=1`: polls below 6 minutes and `everySeconds` (contract 6) */
  allowFastPoll: boolean;
  /** `checkExpression` of @syncline/functions */
  checkExpression: CheckExpression;
  /** `checkHook` of @syncline/functions; absent: hooks are taken as they are */
  checkHook?: CheckHook;
}

export type Loaded = { ok: true; catalog: Catalog; digest: string } | { ok: false; error: ConfigError };

/** A form, and where in which file it stands. */
interface Placed<T> {
  form: T;
  file: YamlFile;
  path: ConfigPath;
}

interface Forms {
  tenants: Placed<TenantForm>[];
  erpObjects: Placed<ErpObjectForm>[];
  streams: Placed<StreamForm>[];
}

/**
 * Reads a config folder (contract 6) into one catalog with every default filled in, or names the first thing that is
 * wrong. Its digest changes with anything that the folder, its adapters or its environment variables say.
 */
export async function loadCatalog(folder: string, options: LoadOptions): Promise<Loaded> {
  try {
    const forms: Forms = { tenants: [], erpObjects: [], streams: [] };
    for (const name of await yamlFilesOf(folder)) readForms(await readForFile(name, options), forms, options);
    const catalog = withConfigRevisions(await catalogFrom(forms, folder, options));
    refuseProblems(catalog, forms, options.checkExpression);
    return { ok: true, catalog, digest: catalogDigest(catalog) };
  } catch (error) {
    if (error instanceof BadConfig) return { ok: false, error: error.error };
    throw error;
  }
}

async function readForFile(name: string, options: LoadOptions): Promise<YamlFile> {
  return readYamlFile(name, await readYamlText(name), options.env);
}

function readForms(file: YamlFile, forms: Forms, options: LoadOptions): void {
  const read = configFile(options.allowFastPoll).safeParse(file.value ?? {});
  if (!read.success) throw firstIssue(file, read.error.issues);
  const place = <T>(key: keyof Forms, list: T[]): Placed<T>[] =>
    list.map((form, index) => ({ form, file, path: [key, index] }));
  forms.tenants.push(...place('tenants', read.data.tenants));
  forms.erpObjects.push(...place('erpObjects', read.data.erpObjects));
  forms.streams.push(...place('streams', read.data.streams));
}

interface Issue {
  path: PropertyKey[];
  message: string;
  keys?: string[];
}

/** The issue that stands first in the file; unknown keys before all, as a misspelt key is a missing one too. */
function firstIssue(file: YamlFile, issues: readonly Issue[]): BadConfig {
  const unknown = issues.flatMap((issue) => (issue.keys ?? []).map((key) => ({ issue, key })));
  const found =
    unknown.length > 0
      ? unknown.map(({ issue, key }) =>
          file.problemAt([...pathOf(issue), key], {
            message: 'unknown key',
            found: `the key ${JSON.stringify(key)}`,
            expected: issue.message,
            atKey: true,
          }),
        )
      : issues.map((issue) => file.problemAt(pathOf(issue), { expected: issue.message }));
  return found.reduce((a, b) => (isBefore(b.error, a.error) ? b : a));
}

function pathOf(issue: Issue): ConfigPath {
  return issue.path.filter((part) => typeof part !== 'symbol');
}

function isBefore(a: ConfigError, b: ConfigError): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}

async function catalogFrom(forms: Forms, folder: string, options: LoadOptions): Promise<Catalog> {
  const erpObjects = [];
  for (const placed of forms.erpObjects)
    erpObjects.push(erpObjectFrom(placed.form, await adapterFrom(placed, folder), options.now));
  const streams: Stream[] = [];
  for (const placed of forms.streams)
    streams.push(streamFrom(placed.form, await hooksFrom(placed, folder, options.checkHook)));
  return {
    tenants: forms.tenants.map((it) => tenantFrom(it.form)),
    erpObjects,
    streams,
  };
}

async function adapterFrom(
  { form, file, path }: Placed<ErpObjectForm>,
  folder: string,
): Promise<Adapter | null> {
  const { adapter } = form;
  if (adapter === undefined || adapter === null) return null;
  if (typeof adapter !== 'string') return { kind: 'expression', expression: adapter.expression };
  const read = await readFunction(folder, adapter, 'adapter');
  if ('source' in read) return { kind: 'function', source: read.source };
  throw file.problemAt([...path, 'adapter'], read);
}

/** The hooks of a stream, or undefined when it has none. */
async function hooksFrom(
  { form, file, path }: Placed<StreamForm>,
  folder: string,
  check: CheckHook = () => null,
): Promise<StreamHooks | undefined> {
  const hooks: StreamHooks = {};
  for (const time of hookTimes) {
    const name = form.hooks?.[time];
    if (name === undefined || name === null) continue;
    const read = await readFunction(folder, name, 'hook');
    const place = [...path, 'hooks', time];
    if (!('source' in read)) throw file.problemAt(place, read);
    const wrong = check(read.source);
    if (wrong !== null) throw file.problemAt(place, notAHook(name, wrong));
    hooks[time] = { kind: 'function', file: name, source: read.source };
  }
  return Object.keys(hooks).length === 0 ? undefined : hooks;
}

function notAHook(name: string, { message, line }: NonNullable<ReturnType<CheckHook>>) {
  const place = line === null ? name : `${name}, line ${String(line)}`;
  return {
    message: `the hook cannot be used: ${place}: ${message}`,
    expected: 'JavaScript that defines function execute(syncArg)',
  };
}

function refuseProblems(catalog: Catalog, forms: Forms, checkExpression: CheckExpression): void {
  const [problem] = catalogProblems(catalog, checkExpression);
  if (problem === undefined) return;
  const [kind, index, ...inner] = problem.path;
  const placed = forms[kind as keyof Forms][Number(index)];
  throw placed?.file.problemAt([...placed.path, ...inner], problem) ?? new Error(problem.message);
}
