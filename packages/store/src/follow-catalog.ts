import { catalogView, emptyCatalog, type CatalogView } from '@syncline/catalog';
import { createLoop, type Logger, type Part, type Readiness } from '@syncline/chassis';
import type { Config, ConfigStore } from './config.ts';
import { SecretKeyProblem } from './failure.ts';

export interface FollowOptions {
  store: { config: ConfigStore };
  logger: Logger;
  everyMs?: number;
}

export type CatalogListener = (view: CatalogView, revision: number) => void;

export interface FollowedCatalog extends Part {
  /** the newest catalog that was read; an empty one before that */
  view(): CatalogView;
  revision(): number;
  /** Reads it now if it has changed. */
  refresh(): Promise<void>;
  /** Calls back after each change, the first catalog among them. */
  onChange(listener: CatalogListener): void;
  ready(): Readiness;
}

/** Keeps the catalog at hand and reads it again when its revision moves. A store without one counts as an empty catalog. */
export function followCatalog({ store, logger, everyMs = 1000 }: FollowOptions): FollowedCatalog {
  const listeners: CatalogListener[] = [];
  let view = catalogView(emptyCatalog());
  let revision = 0;
  let isRead = false;
  let reading: Promise<void> | null = null;
  let problem = 'the configuration has not been read yet';

  async function read(): Promise<void> {
    const newest = await store.config.revision();
    const config = newest === revision ? null : await current();
    const isFirst = !isRead;
    isRead = true;
    if (config !== null) {
      revision = config.revision;
      view = catalogView(config.catalog);
    }
    if (config === null && !isFirst) return;
    logger.debug('catalog read', { revision });
    for (const listener of listeners) listener(view, revision);
  }

  async function current(): Promise<Config | null> {
    try {
      return await store.config.current();
    } catch (error) {
      if (error instanceof SecretKeyProblem) problem = error.message;
      throw error;
    }
  }

  async function refresh(): Promise<void> {
    // A reading that is under way may have seen the revision before the caller's change.
    await reading?.catch(() => undefined);
    reading = read().finally(() => {
      reading = null;
    });
    await reading;
  }

  return {
    ...createLoop({ name: 'catalog', everyMs, logger, tick: refresh }),
    view: () => view,
    revision: () => revision,
    refresh,
    onChange(listener) {
      listeners.push(listener);
    },
    ready: () => (isRead ? { ready: true } : { ready: false, reason: problem }),
  };
}
