import { randomUUID } from 'node:crypto';
import { parseCatalog, type Catalog } from '@syncline/catalog';
import { parseJson, stringifyJson } from '@syncline/contract';
import { bounded } from './bounded.ts';
import { byId, type Database, type Keyed } from './collection.ts';
import { countSecrets, openCatalog, sealCatalog } from './config-secrets.ts';
import { ConfigConflict, isDuplicateKey, isUnreachable, type SecretKeyProblem } from './failure.ts';
import type { SecretBox, SecretCount } from './secret-box.ts';

/** Who changed the catalog last: a folder that was applied, or a person at the console. */
export type ConfigEditor = 'apply' | 'console';

export interface Config {
  /** rises by 1 with each change; the first is 1 */
  revision: number;
  catalog: Catalog;
  /** of the folder that was applied last; null if none was */
  digest: string | null;
  editedBy: ConfigEditor;
}

export interface ConfigChange {
  catalog: Catalog;
  digest: string | null;
  editedBy: ConfigEditor;
  /** what the change was made from; 0 for the first */
  expectedRevision: number;
}

interface ConfigDocument extends Keyed {
  revision: number;
  /** JSON text, as field names and values in it are the operator's; the tokens in it are encrypted */
  catalog: string;
  digest: string | null;
  editedBy: ConfigEditor;
  token: string;
}

const only = 'current';

export type ConfigStore = ReturnType<typeof openConfig>;

export function openConfig(database: Database, box: SecretBox) {
  const { native } = database.open<ConfigDocument>({
    name: 'config',
    fields: { revision: Number, catalog: String, digest: String, editedBy: String, token: String },
  });

  /** An upsert that finds another revision tries to insert the same `_id`, which is refused. */
  async function write(document: ConfigDocument): Promise<void> {
    const filter = { _id: only, revision: document.revision - 1 };
    try {
      await native.replaceOne(filter, document, { upsert: true });
    } catch (error) {
      if (!isDuplicateKey(error) && !isUnreachable(error)) throw error;
      const found = await native.findOne(byId(only), { projection: { token: 1, revision: 1 } });
      if (found?.token === document.token) return;
      if (!isDuplicateKey(error)) throw error;
      throw new ConfigConflict(
        `the configuration was changed meanwhile: revision ${String(found?.revision ?? 0)} instead of ${String(document.revision - 1)}`,
      );
    }
  }

  async function read(onLost: (problem: SecretKeyProblem) => void): Promise<Config | null> {
    const found = await native.findOne(byId(only));
    if (found === null) return null;
    const { revision, catalog, digest, editedBy } = found;
    return {
      revision,
      catalog: parseCatalog(openCatalog(parseJson(catalog), box, onLost)),
      digest,
      editedBy,
    };
  }

  return bounded('config', {
    /**
     * Null before the first catalog was stored.
     * @throws SecretKeyProblem when a token in it cannot be decrypted
     */
    current: (): Promise<Config | null> =>
      read((problem) => {
        throw problem;
      }),

    /** As `current`, but a token that no key opens is empty: for a folder that brings tokens anew. */
    currentWithoutLost: (): Promise<Config | null> => read(() => undefined),

    /** How the secrets of the current catalog are kept. */
    async secrets(): Promise<SecretCount> {
      const found = await native.findOne(byId(only), { projection: { catalog: 1 } });
      return countSecrets(found === null ? null : parseJson(found.catalog));
    },

    /** 0 before the first catalog was stored. */
    async revision(): Promise<number> {
      const found = await native.findOne(byId(only), { projection: { revision: 1 } });
      return found?.revision ?? 0;
    },

    /**
     * @returns the new revision
     * @throws ConfigConflict when the catalog has changed since `expectedRevision`; nothing is written then
     * @throws SecretKeyProblem when there is no key to encrypt its tokens with
     */
    async replace({ catalog, digest, editedBy, expectedRevision }: ConfigChange): Promise<number> {
      const revision = expectedRevision + 1;
      const token = randomUUID();
      const kept = stringifyJson(sealCatalog(catalog, box));
      await write({ _id: only, revision, catalog: kept, digest, editedBy, token });
      return revision;
    },
  });
}
