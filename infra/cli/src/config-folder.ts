import {
  emptyCatalog,
  formatConfigError,
  loadCatalog,
  mergeCatalogs,
  planChanges,
  type Catalog,
  type Change,
} from '@syncline/catalog';
import { checkExpression, checkHook } from '@syncline/functions';
import { ConfigConflict, type Config, type Store } from '@syncline/store';
import type { Installation } from './installation.ts';
import { Refused } from './refused.ts';

/** A config folder that was read and found good. */
export interface Folder {
  path: string;
  catalog: Catalog;
  digest: string;
}

/**
 * Reads a config folder (contract 6).
 * @throws Refused naming the first thing that is wrong and where
 */
export async function readFolder(path: string, { env, allowFastPoll }: Installation): Promise<Folder> {
  const loaded = await loadCatalog(path, { env, now: Date.now(), allowFastPoll, checkExpression, checkHook });
  if (!loaded.ok) throw new Refused(formatConfigError(loaded.error));
  return { path, catalog: loaded.catalog, digest: loaded.digest };
}

export interface ApplyOptions {
  /** the folder wins over what the console has edited since */
  force: boolean;
  /** what is not in the folder is deleted */
  prune: boolean;
}

export type Applied =
  | { kind: 'unchanged' }
  | { kind: 'applied'; revision: number; changes: Change[] }
  /** the console has edited since the last apply what the folder would change: `--force` decides */
  | { kind: 'edited'; changes: Change[] };

const conflictTries = 5;

/** What applying the folder would change. */
export async function planFolder(store: Store, { catalog }: Folder, prune: boolean): Promise<Change[]> {
  const current = await store.config.current();
  return planChanges(current?.catalog ?? null, catalog, { prune });
}

/**
 * Puts the folder in force (contract 1): only if its content changed since it was last applied, and not over an edit of
 * the console unless forced.
 */
export async function applyFolder(store: Store, folder: Folder, options: ApplyOptions): Promise<Applied> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await applyOnce(store, folder, options);
    } catch (error) {
      // Someone else wrote in between: decide again on what is there now.
      if (!(error instanceof ConfigConflict) || tries === conflictTries) throw error;
    }
  }
}

async function applyOnce(store: Store, folder: Folder, options: ApplyOptions): Promise<Applied> {
  const current = (await currentFor(store, options)) ?? nothingApplied;
  const wanted = await withoutUnpaired(folder.catalog, store);
  const changes = planChanges(current.catalog, wanted, { prune: options.prune });
  const isApplied = current.digest === folder.digest;
  if (isApplied && !options.force && !options.prune) return { kind: 'unchanged' };
  if (isApplied && changes.length === 0) return { kind: 'unchanged' };
  // What is new was not edited by anyone.
  const overwritten = changes.filter(({ action }) => action !== 'create');
  if (current.editedBy === 'console' && overwritten.length > 0 && !options.force) {
    return { kind: 'edited', changes: overwritten };
  }
  const catalog = mergeCatalogs(current.catalog, wanted, { prune: options.prune });
  refuseLostTokens(catalog);
  const revision = await store.config.replace({
    catalog,
    digest: folder.digest,
    editedBy: 'apply',
    expectedRevision: current.revision,
  });
  return { kind: 'applied', revision, changes };
}

/** Streams that a restore turned off stay off until both sides are compared, whatever the folder says. */
async function withoutUnpaired(catalog: Catalog, store: Store): Promise<Catalog> {
  const off = new Set((await store.restores.current())?.streamsOff);
  if (off.size === 0) return catalog;
  const streams = catalog.streams.map((it) => (off.has(it.id) ? { ...it, enabled: false } : it));
  return { ...catalog, streams };
}

/** A forced folder brings tokens anew: it may be applied although the key of the present ones is lost. */
function currentFor(store: Store, { force }: ApplyOptions): Promise<Config | null> {
  return force ? store.config.currentWithoutLost() : store.config.current();
}

function refuseLostTokens({ tenants }: Catalog): void {
  const lost = tenants.flatMap(({ id, dataCenters }) =>
    dataCenters.filter(({ token }) => token === '').map((center) => `${id}/${center.id}`),
  );
  if (lost.length === 0) return;
  throw new Refused(
    `SYNCLINE_SECRET_KEY does not open the tokens of ${lost.join(', ')}, and the folder does not bring them: ` +
      'add these data centers to it, or remove them with --prune.',
    2,
  );
}

const nothingApplied: Config = { revision: 0, catalog: emptyCatalog(), digest: null, editedBy: 'apply' };

const signs = { create: '+', update: '~', delete: '-' } as const;

/** One change in lines: `~ stream 155b…: filter`. */
export function describeChange({ kind, id, action, details }: Change): string {
  const lines = details.map((detail) => `      ${detail}`);
  return [`  ${signs[action]} ${kind} ${id}`, ...lines].join('\n');
}

/** `2 created, 1 updated`; `nothing` */
export function countChanges(changes: Change[]): string {
  const words = { create: 'created', update: 'updated', delete: 'deleted' } as const;
  const parts = (['create', 'update', 'delete'] as const)
    .map((action) => ({
      count: changes.filter((change) => change.action === action).length,
      word: words[action],
    }))
    .filter(({ count }) => count > 0)
    .map(({ count, word }) => `${count} ${word}`);
  return parts.join(', ') || 'nothing';
}
