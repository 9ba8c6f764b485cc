import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { crmObjectOf, erpObjectOf, type Stream } from '@syncline/catalog';
import type { Restore, Store } from '@syncline/store';
import { readTable } from '@syncline/tables';
import { withStore } from '../clients.ts';
import type { Context } from '../commands/command.ts';
import { link } from '../commands/link.ts';
import { ConsoleApi } from '../console-api.ts';
import { Refused } from '../refused.ts';
import { rereadMs } from './as-restored.ts';

const storeLimitMs = 15_000;
const tasksPerSecond = 100;
const seenWithinTries = 20;
const pauseMs = 500;
/** Verdicts of the link report that a person has to decide on. */
const undecided = ['several', 'conflict', 'no-value', 'one-to-one'];

/**
 * After a restore: pairs what both sides hold since the backup, turns the streams on that the restore had turned off, and
 * has both sides read since then. A pair of which a person has to decide stays off, unless forced.
 */
export async function finishRestore({ force }: { force: boolean }, context: Context): Promise<void> {
  const { installation, output } = context;
  const withIt = <T>(use: (store: Store) => Promise<T>): Promise<T> =>
    withStore(installation, storeLimitMs, use);
  const { restore, pairs } = await withIt(openPairs);
  const from = restore.begunAt - rereadMs;
  const left: string[] = [];
  for (const streams of pairs) {
    const name = streams.map((stream) => stream.name).join(', ');
    output.say(`${name}:`);
    const why = await whyNotPaired(streams, from, context);
    if (why !== null && !force) {
      left.push(`${name}: ${why}`);
      continue;
    }
    await withIt((store) => turnOn(store, streams));
    for (const { id, tenantId, dataCenterId } of streams) {
      await askSince(id, from, context);
      await withIt((store) => store.restores.settle(id));
      output.say(`  ${id} of ${tenantId}/${dataCenterId} is on; what changed since the backup is read.`);
    }
  }
  if (left.length > 0)
    throw new Refused(
      [
        ...left,
        'These stay off: decide in the report (./syncline link STREAM --decisions FILE), and run it again; --force turns them on as they are.',
      ].join('\n'),
    );
  await withIt((store) => store.restores.move('stated', 'finished'));
  output.say('The restore is finished: ./syncline history list shows how far the reading is.');
}

/** The streams that the restore turned off, those of one pair of objects together. */
async function openPairs(store: Store): Promise<{ restore: Restore; pairs: Stream[][] }> {
  const restore = await store.restores.current();
  if (restore === null) throw new Refused('Nothing was restored here.', 2);
  if (restore.state === 'loading' || restore.state === 'loaded')
    throw new Refused(
      restore.state === 'loading'
        ? 'The restore has not ended: run ./syncline restore FILE again.'
        : 'Mapping has not taken the rows up yet: ./syncline up first.',
    );
  const config = await store.config.current();
  const streams = config?.catalog.streams.filter(({ id }) => restore.streamsOff.includes(id)) ?? [];
  const pairOf = (stream: Stream): string =>
    JSON.stringify([stream.tenantId, stream.dataCenterId, crmObjectOf(stream), erpObjectOf(stream)]);
  return { restore, pairs: [...Map.groupBy(streams, pairOf).values()] };
}

/** Reads both sides and links what matches one to one; null when nothing is left to decide. */
async function whyNotPaired(streams: Stream[], from: number, context: Context): Promise<string | null> {
  const [stream] = streams;
  if (stream === undefined) return null;
  const report = join(process.cwd(), `restore-${stream.id}.csv`);
  const options = { from: String(from), match: [], dryRun: false, discard: false, report };
  try {
    // Without `apply` it always reads anew, whatever an earlier task has read.
    await link(stream.id, { ...options, apply: false }, quietly(context));
    await link(stream.id, { ...options, apply: true }, context);
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
  const open: string[] = [];
  for await (const { line, cells } of readTable({ path: report, format: 'csv' }))
    if (line > 1 && undecided.includes(cells[1] ?? '')) open.push(cells.slice(1).join(' '));
  if (open.length === 0) return null;
  return `${String(open.length)} records are left to decide on in ${report}, the first: ${open[0] ?? ''}`;
}

async function turnOn(store: Store, streams: Stream[]): Promise<void> {
  const config = await store.config.current();
  if (config === null) return;
  const ids = new Set(streams.map(({ id }) => id));
  const catalog = {
    ...config.catalog,
    streams: config.catalog.streams.map((stream) =>
      ids.has(stream.id) ? { ...stream, enabled: true } : stream,
    ),
  };
  const { digest, editedBy, revision } = config;
  await store.config.replace({ catalog, digest, editedBy, expectedRevision: revision });
}

function quietly(context: Context): Context {
  return { ...context, output: { ...context.output, say: () => undefined } };
}

/** A historical sync task; the console takes it once it has seen that the stream is on. */
async function askSince(stream: string, from: number, { installation }: Context): Promise<void> {
  const api = new ConsoleApi(installation);
  for (let tries = 1; ; tries += 1) {
    try {
      await api.post('/history-tasks', { stream, from, rate: tasksPerSecond });
      return;
    } catch (error) {
      if (!(error instanceof Refused) || tries === seenWithinTries) throw error;
      await pause(pauseMs);
    }
  }
}
