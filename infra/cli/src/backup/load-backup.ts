import type { ArchivedFields, Restore, Store } from '@syncline/store';
import type { Output } from '../output.ts';
import { Refused } from '../refused.ts';
import {
  counterRestored,
  openAttempt,
  pollTaskRestored,
  streamsTurnedOff,
  unannounced,
  type Gap,
} from './as-restored.ts';
import { readBackup, type BackupLine, type CheckedBackup } from './backup-file.ts';

export interface LoadOptions {
  file: string;
  /** streams stay as the backup has them: nothing was written to either side since */
  keepsStreams: boolean;
  now: number;
}

type Archive = Store['archive'];

const sayEveryMs = 5_000;
const aliveMs = 15_000;

/**
 * Loads a checked backup into an empty store. One that broke off is cleared and begun anew with the same file.
 * @throws Refused when the store is not empty
 */
export async function loadBackup(
  store: Store,
  { header, trailer }: CheckedBackup,
  { file, keepsStreams, now }: LoadOptions,
  output: Output,
): Promise<Restore> {
  await refuseRunning(store, now);
  await makeEmpty(store, trailer.sha256, output);
  const gap: Gap = { begunAt: header.begunAt, restoredAt: now };
  const restore: Restore = {
    state: 'loading',
    checksum: trailer.sha256,
    count: 1,
    ...gap,
    streamsOff: [],
  };
  await store.restores.set(restore);
  const loading = new Loading(store.archive, gap, { keepsStreams, output });
  await readBackup(file, (lines) => loading.take(lines));
  const missing = Object.entries(trailer.counts).filter(
    ([name, count]) => loading.counts.get(name) !== count,
  );
  if (missing.length > 0)
    throw new Refused(`Not everything was read: ${missing.map(([name]) => name).join(', ')}. Run it again.`);
  const done: Restore = {
    ...restore,
    state: 'loaded',
    count: loading.restoresBefore + 1,
    streamsOff: loading.streamsOff,
  };
  await store.restores.set(done);
  return done;
}

/** Pollers and pushers say that they are there, wherever they run. */
async function refuseRunning({ instances }: Store, now: number): Promise<void> {
  for (const service of ['poller', 'pusher']) {
    const alive = await instances.alive(service, now - aliveMs);
    if (alive > 0)
      throw new Refused(
        `${String(alive)} ${service} runs on this store: stop all services first (one that was killed counts for ${String(aliveMs / 1000)} s).`,
      );
  }
}

async function makeEmpty(store: Store, checksum: string, output: Output): Promise<void> {
  const there = await store.restores.current();
  const occupied = await store.archive.occupied();
  if (there?.state === 'loading') {
    if (there.checksum !== checksum && occupied.length > 0)
      throw new Refused(
        'A restore of another file into this store broke off. Restore that one, or use an empty store.',
      );
    if (occupied.length > 0) output.say('An earlier restore broke off: it is begun anew.');
    await store.archive.clear();
    return;
  }
  if (occupied.length > 0) {
    const what = occupied
      .map(({ collection, documents }) => `${collection} (${String(documents)})`)
      .join(', ');
    throw new Refused(
      `The store is not empty: ${what}. A backup is restored into an empty system alone: another SYNCLINE_HOME, or another database in MONGODB_URI.`,
    );
  }
}

class Loading {
  readonly counts = new Map<string, number>();
  streamsOff: string[] = [];
  restoresBefore = 0;
  readonly #archive: Archive;
  readonly #gap: Gap;
  readonly #how: { keepsStreams: boolean; output: Output };
  #saidAt = performance.now();

  constructor(archive: Archive, gap: Gap, how: { keepsStreams: boolean; output: Output }) {
    this.#archive = archive;
    this.#gap = gap;
    this.#how = how;
  }

  /** Documents of one collection. */
  async take(lines: readonly BackupLine[]): Promise<void> {
    const collection = lines[0]?.collection ?? '';
    const documents = lines.map(({ text }) => this.#archive.parse(text));
    this.counts.set(collection, (this.counts.get(collection) ?? 0) + documents.length);
    this.#say(collection);
    await this.#put(collection, documents);
  }

  async #put(collection: string, documents: ArchivedFields[]): Promise<void> {
    const archive = this.#archive;
    switch (collection) {
      case 'sync_data_mappings': {
        const attempts = documents.flatMap((row) => openAttempt(row, this.#gap) ?? []);
        await archive.put('erp_attempts', attempts);
        return archive.put(collection, documents);
      }
      case 'pointers':
        return archive.put(collection, await this.#withRows(documents));
      case 'push_cache':
        await archive.put(collection, documents);
        return archive.put('unannounced_pushes', documents.map(unannounced));
      case 'counters':
        return archive.put(collection, documents.map(counterRestored));
      case 'poll_tasks':
        return archive.put(collection, documents.map(pollTaskRestored));
      case 'config':
        return archive.put(
          collection,
          documents.map((config) => this.#config(config)),
        );
      case 'restores':
        this.restoresBefore = Number(documents[0]?.['count'] ?? 0);
        return;
      default:
        return archive.put(collection, documents);
    }
  }

  /** A pointer to a row that is not in the backup would lead nowhere for good. */
  async #withRows(pointers: ArchivedFields[]): Promise<ArchivedFields[]> {
    const rowIds = pointers.map(({ rowId }) => String(rowId));
    const present = await this.#archive.present('sync_data_mappings', [...new Set(rowIds)]);
    return pointers.filter(({ rowId }) => present.has(String(rowId)));
  }

  #config(config: ArchivedFields): ArchivedFields {
    if (this.#how.keepsStreams) return config;
    const { config: turned, streams } = streamsTurnedOff(config);
    this.streamsOff = streams;
    return turned;
  }

  #say(collection: string): void {
    if (performance.now() - this.#saidAt < sayEveryMs) return;
    this.#saidAt = performance.now();
    this.#how.output.say(`  ${collection}: ${String(this.counts.get(collection))}`);
  }
}
