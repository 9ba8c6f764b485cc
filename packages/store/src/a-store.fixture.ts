import { createServer, connect as connectTcp, type Server, type Socket } from 'node:net';
import type { Logger } from '@syncline/chassis';
import { testSecretKey, uniquePlace } from '@syncline/testkit';
import mongoose from 'mongoose';
import { connectStore, type StorePart } from './connect.ts';
import type { MappingRow } from './mapping-rows.ts';

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  addSecrets: () => undefined,
  child: () => silent,
};

export interface TestStore {
  store: StorePart;
  uri: string;
  /** another process, so to speak: connections and memory of its own, the same data */
  another(secretKeys?: readonly Buffer[]): Promise<StorePart>;
  close(): Promise<void>;
}

/** A started store with a database of its own, dropped by `close`. */
export async function aStore(): Promise<TestStore> {
  const uri = uniquePlace().mongodbUri;
  const opened: StorePart[] = [];
  const another = async (secretKeys: readonly Buffer[] = [testSecretKey]): Promise<StorePart> => {
    const store = connectStore({ uri, secretKeys, logger: silent });
    opened.push(store);
    await store.start();
    return store;
  };
  const store = await another();
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((one) => one.stop(new AbortController().signal)));
    await dropDatabase(uri);
  };
  return { store, uri, another, close };
}

async function dropDatabase(uri: string): Promise<void> {
  const connection = await mongoose.createConnection(uri).asPromise();
  await connection.dropDatabase();
  await connection.close();
}

/** The way to the store, which a test can block. */
export interface Gate {
  /** leads through the gate */
  uri: string;
  /** Takes connections and answers nothing, as a stopped process does. */
  freeze(): void;
  thaw(): void;
  /** Ends all connections and takes none, as a dead process does. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** Lets the next answer that holds `text` be lost, after the store has done what was asked. */
  loseAnswerAfter(text: string): void;
  answersLost(): number;
  /** Cuts the connection of the next request that holds `text`, before the store hears of it. */
  loseRequestWith(text: string): void;
  close(): Promise<void>;
}

export async function aGate(uri: string): Promise<Gate> {
  const target = new URL(uri);
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let losing: string | null = null;
  let lost = 0;
  let dropping: string | null = null;

  const server = createServer((client) => {
    const upstream = connectTcp(Number(target.port || 27017), target.hostname);
    let isLost = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
      if (isFrozen) socket.pause();
    }
    client.on('data', (chunk) => {
      if (losing !== null && chunk.includes(losing)) {
        losing = null;
        lost += 1;
        isLost = true;
      }
      if (dropping !== null && chunk.includes(dropping)) {
        dropping = null;
        client.destroy();
      } else upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (isLost) client.destroy();
      else client.write(chunk);
    });
    if (isFrozen) for (const socket of [client, upstream]) socket.pause();
  });
  const port = await listen(server, 0);
  const through = new URL(uri);
  through.host = `127.0.0.1:${String(port)}`;
  through.searchParams.set('directConnection', 'true');

  return {
    uri: through.href,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    async cut() {
      await closeServer(server, sockets);
    },
    async restore() {
      await listen(server, port);
    },
    loseAnswerAfter(text) {
      losing = text;
    },
    answersLost: () => lost,
    loseRequestWith(text) {
      dropping = text;
    },
    async close() {
      if (server.listening) await closeServer(server, sockets);
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    for (const socket of sockets) socket.destroy();
  });
}

export function aRow(over: Partial<MappingRow> = {}): MappingRow {
  return {
    id: 'row',
    version: 1,
    tenantId: '81138',
    dataCenterId: 'dc-main',
    crmObject: 'AccountObj',
    erpObject: 'BD_Customer',
    beganOn: 'crm',
    crmId: 'A1',
    erpId: '',
    crmName: 'Acme',
    erpName: '',
    isCreated: false,
    status: 2,
    lastSyncStatus: 3,
    lastSyncDataId: '',
    inFlightId: null,
    waitsOn: [],
    streamId: 'stream',
    remark: '',
    createdAt: 1000,
    updatedAt: 1000,
    state: '{}',
    ...over,
  };
}

/** `make` for 0, 1, … count - 1. */
export function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
