export * from './catalog.ts';
export { catalogProblems } from './checks.ts';
export { formatConfigError, pathText, type ConfigError, type ConfigPath } from './config-error.ts';
export { loadCatalog, type Loaded, type LoadOptions } from './load.ts';
export type { CatalogProblem, CheckExpression } from './problem.ts';
export { mergeCatalogs, type MergeOptions } from './merge.ts';
export { planChanges, type Change } from './plan.ts';
export { catalogDigest, withConfigRevisions } from './revision.ts';
export * from './view.ts';
