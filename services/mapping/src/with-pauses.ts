import { catalogView, type CatalogView } from '@syncline/catalog';
import { createLoop, type Logger } from '@syncline/chassis';
import type { FollowedCatalog, Store, StreamControl } from '@syncline/store';

const everyMs = 1_000;

/** The catalog in which a stream that an operator has paused is off, whatever its config says. */
export interface PausableCatalog extends FollowedCatalog {
  /** as it was applied */
  configured(): CatalogView;
  /** what operators have set, by stream */
  controls(): ReadonlyMap<string, StreamControl>;
}

/** Keeps what operators have set about streams at hand beside the catalog, so that no decision waits for either. */
export function withPauses(
  catalog: FollowedCatalog,
  { store, logger }: { store: Pick<Store, 'streamControls'>; logger: Logger },
): PausableCatalog {
  let controls: ReadonlyMap<string, StreamControl> = new Map();
  let isRead = false;
  let overlaid: { of: CatalogView; by: typeof controls; view: CatalogView } | null = null;

  async function readControls(): Promise<void> {
    const all = await store.streamControls.all();
    if (!isRead || !isSame(controls, all)) controls = new Map(all.map((one) => [one.streamId, one]));
    isRead = true;
  }

  function view(): CatalogView {
    const of = catalog.view();
    if (overlaid?.of !== of || overlaid.by !== controls)
      overlaid = { of, by: controls, view: withoutPaused(of, controls) };
    return overlaid.view;
  }

  const loop = createLoop({ name: 'stream-controls', everyMs, logger, tick: readControls });
  return {
    ...catalog,
    async start() {
      await catalog.start();
      await loop.start();
    },
    async stop(deadline) {
      await loop.stop(deadline);
      await catalog.stop(deadline);
    },
    async refresh() {
      await catalog.refresh();
      await readControls();
    },
    view,
    configured: () => catalog.view(),
    controls: () => controls,
    ready() {
      if (!isRead) return { ready: false, reason: 'which streams are paused has not been read yet' };
      return catalog.ready();
    },
  };
}

function isSame(known: ReadonlyMap<string, StreamControl>, all: readonly StreamControl[]): boolean {
  return (
    known.size === all.length &&
    all.every((one) => JSON.stringify(known.get(one.streamId)) === JSON.stringify(one))
  );
}

function withoutPaused(view: CatalogView, controls: ReadonlyMap<string, StreamControl>): CatalogView {
  const isPaused = (id: string): boolean => (controls.get(id)?.paused ?? null) !== null;
  if (!view.streams.some(({ id, enabled }) => enabled && isPaused(id))) return view;
  const streams = view.catalog.streams.map((stream) =>
    isPaused(stream.id) ? { ...stream, enabled: false } : stream,
  );
  return catalogView({ ...view.catalog, streams });
}
