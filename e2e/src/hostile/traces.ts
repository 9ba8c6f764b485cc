import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { RunningSyncline } from '@syncline/testkit';
import { askConsole } from '../console-client.ts';
import { Kafka, logLevel } from 'kafkajs';

const root = resolve(import.meta.dirname, '../../..');

/** All that a run left behind and that somebody may read, by where it stands. */
export async function tracesOf(
  system: RunningSyncline,
  consolePaths: string[],
): Promise<Map<string, string>> {
  const traces = new Map<string, string>([['output of up', system.output()]]);
  const logs = join(system.home, 'logs');
  for (const file of readdirSync(logs)) traces.set(`log ${file}`, readFileSync(join(logs, file), 'latin1'));
  for (const name of ['receiver', 'poller', 'pusher', 'mapping', 'console'] as const)
    traces.set(`metrics of ${name}`, await textOf(`${system.url(name)}/metrics`));
  for (const path of consolePaths)
    traces.set(`console ${path}`, await (await askConsole(system, path)).text());
  traces.set('store', await storeOf(system));
  traces.set('topics', await topicsOf(system));
  return traces;
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text();
}

/** Every document, as a backup holds it. */
async function storeOf(system: RunningSyncline): Promise<string> {
  const file = join(system.home, 'traces.backup');
  const env = { ...process.env, SYNCLINE_HOME: system.home, MONGO_PORT: String(system.ports.store) };
  await promisify(execFile)(join(root, 'syncline'), ['backup', file], { env });
  return gunzipSync(readFileSync(file)).toString('utf8');
}

/** Keys, values and headers of all messages of all topics, dead letters among them. */
async function topicsOf(system: RunningSyncline): Promise<string> {
  const kafka = new Kafka({ brokers: system.kafkaBrokers, clientId: 'traces', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId: `traces-${String(process.pid)}` });
  await Promise.all([admin.connect(), consumer.connect()]);
  try {
    const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
    const ends = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
    let left = ends.flat().reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
    if (left === 0) return '';
    const seen: string[] = [];
    await consumer.subscribe({ topics, fromBeginning: true });
    await new Promise<void>((done, failed) => {
      setTimeout(() => failed(new Error(`${String(left)} messages were not read`)), 20_000).unref();
      consumer
        .run({
          eachMessage({ message: { key, value, headers } }) {
            seen.push(
              `${String(key)} ${String(value)} ${JSON.stringify(headers, (_, it: unknown) => textOfBytes(it))}`,
            );
            left -= 1;
            if (left === 0) done();
            return Promise.resolve();
          },
        })
        .catch(failed);
    });
    return seen.join('\n');
  } finally {
    await consumer.disconnect();
    await admin.disconnect();
  }
}

/** A Buffer as JSON sees it, as text. */
function textOfBytes(it: unknown): unknown {
  const { type, data } = (it ?? {}) as { type?: string; data?: number[] };
  return type === 'Buffer' && data !== undefined ? Buffer.from(data).toString('latin1') : it;
}
