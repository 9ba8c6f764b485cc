import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient, type Collection } from 'mongodb';
import { buildEmbedded, embeddedStore } from './index.ts';

/** A longer run sets this; each round kills the store once under load. */
const killRounds = Number(process.env['SYNCLINE_KILL_ROUNDS'] ?? 5);
const writers = 8;

interface Numbered {
  _id: string;
  body?: Buffer;
  round?: number;
  version?: number;
}

interface RunningStore {
  uri: string;
  process: ChildProcess;
}

const started: ChildProcess[] = [];
let folder: string;

beforeAll(async () => {
  await buildEmbedded({ log: () => undefined });
}, 300_000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'syncline-store-'));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((child) => kill(child)));
  await rm(folder, { recursive: true, force: true });
});

describe('the embedded store', () => {
  it(
    'has every acknowledged write after being killed at any moment',
    async () => {
      const port = await freePort();
      const acknowledged = new Map<string, number>();
      const counters = new Array<number>(writers).fill(0);
      let store = await start(port);
      for (let round = 0; round < killRounds; round += 1) {
        const writing = writeUntilKilled(store.uri, round, acknowledged, counters);
        await delay(50 + Math.random() * 700);
        await kill(store.process);
        await writing;
        store = await start(port);
        expect(await missing(store.uri, acknowledged, counters)).toEqual([]);
      }
      expect(acknowledged.size).toBeGreaterThan(killRounds);
    },
    30_000 + killRounds * 20_000,
  );

  it('lets exactly one of twenty clients win each compare-and-set', async () => {
    const { uri } = await start(await freePort());
    const rounds = 25;
    const wins = await Promise.all(
      Array.from({ length: 20 }, () =>
        withCollection(uri, async (rows) => {
          let won = 0;
          for (let version = 0; version < rounds; version += 1) {
            await rows.updateOne({ _id: 'row' }, { $setOnInsert: { version: 0 } }, { upsert: true });
            const result = await rows.updateOne({ _id: 'row', version }, { $inc: { version: 1 } });
            won += result.modifiedCount;
          }
          return won;
        }),
      ),
    );
    const row = await withCollection(uri, (rows) => rows.findOne({ _id: 'row' }));
    expect(row?.version).toBe(wins.reduce((sum, won) => sum + won, 0));
    expect(row?.version).toBeGreaterThan(0);
  }, 60_000);

  it('gives every client of a counter its own number', async () => {
    const { uri } = await start(await freePort());
    const numbers = await Promise.all(
      Array.from({ length: 20 }, () =>
        withCollection(uri, async (rows) => {
          const mine: number[] = [];
          for (let i = 0; i < 25; i += 1) mine.push(await nextNumber(rows));
          return mine;
        }),
      ),
    );
    expect(new Set(numbers.flat()).size).toBe(500);
  }, 60_000);

  it('takes and gives thirty documents of 10 MB at once in a heap of 256 MB', async () => {
    const { uri } = await start(await freePort());
    const body = Buffer.alloc(10 * 1024 * 1024, 7);
    const sizes = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        withCollection(uri, async (rows) => {
          await rows.insertOne({ _id: String(i), body });
          const found = await rows.findOne({ _id: String(i) }, { promoteBuffers: true });
          return found?.body?.length;
        }),
      ),
    );
    expect(new Set(sizes)).toEqual(new Set([body.length]));
  }, 60_000);

  it('finds by a compound index what reading everything would find', async () => {
    const { uri } = await start(await freePort());
    await withCollection(uri, async (rows) => {
      const all = Array.from({ length: 300 }, (_, i) => ({ _id: String(i), round: i % 7, version: i % 50 }));
      await rows.insertMany(all);
      const ask = async () => [
        await rows
          .find({ round: 3, version: { $gt: 10, $lte: 40 } })
          .sort({ version: -1, _id: -1 })
          .toArray(),
        await rows
          .find({ round: { $in: [1, 5] }, version: 4 })
          .sort({ _id: 1 })
          .toArray(),
        await rows.find({ round: 2 }).sort({ version: 1, _id: 1 }).skip(3).limit(9).batchSize(2).toArray(),
        await rows
          .find({ _id: { $lt: '2' } })
          .sort({ _id: -1 })
          .limit(5)
          .toArray(),
      ];
      const before = await ask();
      await rows.createIndex({ round: 1, version: 1 }, {}, {});
      expect(await ask()).toEqual(before);
      expect(before.map((found) => found.length)).toEqual([25, 2, 9, 5]);
    });
  }, 60_000);

  it('keeps a unique index through a restart', async () => {
    const port = await freePort();
    const first = await start(port);
    await withCollection(first.uri, async (rows) => {
      await rows.createIndex({ round: 1 }, { unique: true }, {});
      await rows.insertOne({ _id: 'a', round: 7 });
    });
    await kill(first.process);
    const second = await start(port);
    await withCollection(second.uri, async (rows) => {
      await expect(rows.insertOne({ _id: 'b', round: 7 })).rejects.toMatchObject({ code: 11000 });
      await rows.deleteOne({ _id: 'a' });
      await rows.insertOne({ _id: 'b', round: 7 });
      expect(await rows.find({ round: 7 }).toArray()).toEqual([{ _id: 'b', round: 7 }]);
    });
  }, 60_000);

  it('closes cleanly on SIGTERM and finds all of it again', async () => {
    const port = await freePort();
    const first = await start(port);
    await withCollection(first.uri, (rows) => rows.insertOne({ _id: 'a' }));
    first.process.kill('SIGTERM');
    await once(first.process, 'exit');
    const second = await start(port);
    expect(await withCollection(second.uri, (rows) => rows.countDocuments({}))).toBe(1);
  }, 60_000);

  it('says in one line that its port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { code, text } = await refusal((taken.address() as AddressInfo).port, folder);
    taken.close();
    expect(code).toBe(1);
    expect(text).toMatch(/^store: cannot listen on 127\.0\.0\.1:\d+: the port is in use.*\n$/);
  }, 60_000);

  it('says in one line that its folder is in use', async () => {
    await start(await freePort());
    const { code, text } = await refusal(await freePort(), folder);
    expect(code).toBe(1);
    expect(text).toMatch(/^store: .*store\.mv is in use by another process.*\n$/);
  }, 60_000);
});

async function start(port: number): Promise<RunningStore> {
  const store = await embeddedStore({ host: '127.0.0.1', port, dataDir: folder, heapMb: 256 });
  const child = spawn(store.command, store.args, { cwd: store.cwd, stdio: 'inherit' });
  started.push(child);
  while (!(await store.isReady())) {
    if (child.exitCode !== null) throw new Error(`the store ended with ${String(child.exitCode)}`);
    await delay(20);
  }
  return { uri: `mongodb://127.0.0.1:${String(port)}`, process: child };
}

async function refusal(port: number, dataDir: string): Promise<{ code: number | null; text: string }> {
  const store = await embeddedStore({ host: '127.0.0.1', port, dataDir });
  const child = spawn(store.command, store.args, { cwd: store.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function withCollection<T>(uri: string, use: (rows: Collection<Numbered>) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri, {
    serverSelectionTimeoutMS: 2_000,
    writeConcern: { w: 'majority', journal: true },
  });
  try {
    return await use(client.db('durability').collection<Numbered>('rows'));
  } finally {
    await client.close();
  }
}

/** Inserts, batches and counter updates side by side; only what was answered is noted. */
async function writeUntilKilled(
  uri: string,
  round: number,
  acknowledged: Map<string, number>,
  counters: number[],
): Promise<void> {
  await withCollection(uri, async (rows) => {
    await Promise.allSettled(
      counters.map(async (_, writer) => {
        for (let i = 0; ; i += 1) {
          const ids = Array.from({ length: i % 4 === 0 ? 20 : 1 }, (__, n) =>
            [round, writer, i, n].join('-'),
          );
          await rows.insertMany(ids.map((_id) => ({ _id, round })));
          ids.forEach((id) => acknowledged.set(id, round));
          const counter = await rows.findOneAndUpdate(
            { _id: `counter-${String(writer)}` },
            { $inc: { version: 1 } },
            { upsert: true, returnDocument: 'after' },
          );
          counters[writer] = counter?.version ?? 0;
        }
      }),
    );
  });
}

async function missing(
  uri: string,
  acknowledged: Map<string, number>,
  counters: number[],
): Promise<string[]> {
  return withCollection(uri, async (rows) => {
    const present = new Map((await rows.find({}).toArray()).map((row) => [row._id, row]));
    const lost = [...acknowledged.keys()].filter((id) => !present.has(id));
    counters.forEach((value, writer) => {
      const id = `counter-${String(writer)}`;
      if ((present.get(id)?.version ?? 0) < value) lost.push(id);
    });
    return lost;
  });
}

async function nextNumber(rows: Collection<Numbered>): Promise<number> {
  const counter = await rows.findOneAndUpdate(
    { _id: 'counter' },
    { $inc: { version: 1 } },
    { upsert: true, returnDocument: 'after' },
  );
  return counter?.version ?? 0;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
