import type { DataCenter } from '@syncline/catalog';
import { Axios } from 'axios';
import { Pool } from 'undici';
import { checkedConnector, type AddressRule } from './address-check.ts';
import { poolAdapter } from './pool-adapter.ts';

/** The way to one data center's ERP. */
export interface Connection {
  http: Axios;
  /** without a slash at its end, and without the query of baseUrl */
  base: string;
  /** the query of baseUrl, beginning with `&`, or empty */
  query: string;
}

interface Entry {
  connection: Connection;
  pool: Pool;
  usedAt: number;
}

export interface ConnectionOptions {
  addressRule: AddressRule;
  maxAnswerBytes: number;
}

/** baseUrl is not one that can be called. */
export class BadBaseUrl extends Error {
  override readonly name = 'BadBaseUrl';
}

const connectTimeoutMs = 10_000;
// Under the 5 s of Node and most others, so that a connection is seldom reused in the moment in which the ERP closes
// it: a create that meets this has an unknown outcome.
const keepAliveMs = 4_000;
const unusedAfterMs = 10 * 60_000;

/** One pool per data center, with as many connections as it may have requests in flight: more would only wait. */
export class Connections {
  readonly #options: ConnectionOptions;
  readonly #entries = new Map<string, Entry>();
  // Which pool a data center has is asked for every call; its object changes only with the configuration.
  readonly #known = new WeakMap<DataCenter, Entry>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** @throws BadBaseUrl */
  to(dataCenter: DataCenter): Connection {
    let entry = this.#known.get(dataCenter);
    if (entry === undefined || entry.pool.closed) {
      entry = this.#entryOf(dataCenter);
      this.#known.set(dataCenter, entry);
    }
    entry.usedAt = Date.now();
    return entry.connection;
  }

  /** Cuts all that is open. */
  async close(): Promise<void> {
    const pools = [...this.#entries.values()].map((entry) => entry.pool.destroy());
    this.#entries.clear();
    await Promise.all(pools);
  }

  #entryOf({ id, baseUrl, token, concurrency }: DataCenter): Entry {
    const key = JSON.stringify([id, baseUrl, token, concurrency]);
    const known = this.#entries.get(key);
    if (known !== undefined && !known.pool.closed) return known;
    this.#closeUnused();
    const entry = this.#open(baseUrl, concurrency);
    this.#entries.set(key, entry);
    return entry;
  }

  #open(baseUrl: string, concurrency: number): Entry {
    const url = parseBaseUrl(baseUrl);
    const pool = new Pool(url.origin, {
      connections: concurrency,
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: 60_000,
      // The caller's signal bounds the whole exchange; these bound only parts of it, and not exactly.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: checkedConnector(this.#options.addressRule, connectTimeoutMs),
    });
    const base = url.origin + url.pathname.replace(/\/+$/, '');
    return {
      connection: { http: this.#client(pool), base, query: url.search.replace('?', '&') },
      pool,
      usedAt: 0,
    };
  }

  #client(pool: Pool): Axios {
    // `Axios` and not `axios.create`: no defaults of axios's own come in, neither headers nor transforms.
    return new Axios({
      adapter: poolAdapter(pool),
      maxRedirects: 0,
      proxy: false,
      responseType: 'arraybuffer',
      maxContentLength: this.#options.maxAnswerBytes,
      transformRequest: [],
      transformResponse: [],
      validateStatus: null,
    });
  }

  /** What a changed configuration left behind. */
  #closeUnused(): void {
    for (const [key, { pool, usedAt }] of this.#entries) {
      if (Date.now() - usedAt < unusedAfterMs) continue;
      this.#entries.delete(key);
      void pool.close();
    }
  }
}

function parseBaseUrl(baseUrl: string): URL {
  if (!URL.canParse(baseUrl)) throw new BadBaseUrl('baseUrl of the data center is not a URL; correct it');
  const url = new URL(baseUrl);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new BadBaseUrl('baseUrl of the data center is neither http nor https; correct it');
  }
  if (url.username !== '' || url.password !== '') {
    throw new BadBaseUrl('baseUrl of the data center holds a user name or password; use token instead');
  }
  return url;
}
