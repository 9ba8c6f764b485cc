import { randomUUID } from 'node:crypto';
import type { Connection, mongo } from 'mongoose';
import type { CollectionSpec, IndexSpec } from './collection.ts';
import { isDuplicateKey } from './failure.ts';

const proofName = 'store_proofs';

/** Is this the embedded store? It reports none of MongoDB's storage engines. */
async function isEmbedded(db: mongo.Db): Promise<boolean> {
  const info = await db.command({ buildInfo: 1 });
  return !Array.isArray(info.storageEngines);
}

function isNeeded(index: IndexSpec, embedded: boolean): boolean {
  return index.for === 'exact' ? embedded : !embedded;
}

/** Creates what is missing, one after the other: two at once can fail in the embedded store (hazards 4.3). */
export async function createIndexes(connection: Connection, specs: readonly CollectionSpec[]): Promise<void> {
  const { db } = connection;
  if (db === undefined) throw new Error('the connection is not open');
  const embedded = await isEmbedded(db);
  for (const { name, indexes = [] } of specs) {
    for (const index of indexes) {
      if (!isNeeded(index, embedded)) continue;
      await db.collection(name).createIndex(index.keys, { unique: index.unique ?? false }, {});
    }
  }
  await proveUnique(db);
}

/** Tries it (hazards 4.3): a store that takes two documents with one key would create records twice. */
async function proveUnique(db: mongo.Db): Promise<void> {
  const proofs = db.collection<{ _id: string; proof: string }>(proofName);
  await proofs.createIndex({ proof: 1 }, { unique: true }, {});
  const proof = randomUUID();
  const ids = [`${proof}/1`, `${proof}/2`];
  try {
    await proofs.insertOne({ _id: `${proof}/1`, proof });
    const refused = await proofs.insertOne({ _id: `${proof}/2`, proof }).then(() => false, isDuplicateKey);
    if (!refused)
      throw new Error('the store does not keep unique indexes: it took two documents with one key');
  } finally {
    await proofs.deleteMany({ _id: { $in: ids } });
  }
}
