import { setTimeout as sleep } from 'node:timers/promises';
import { stringifyJson } from '@syncline/contract';
import { operatorCalls, type CallOperator } from '../operator-calls.ts';
import { tableOf } from '../output.ts';
import type { Context } from './command.ts';

export interface StreamOptions {
  reason: string;
  rate?: number;
  yes: boolean;
  json: boolean;
}

interface Shown {
  streamId: string;
  name: string;
  state: string;
  paused: { by: string; reason: string; at: number } | null;
  held: number;
  drainRate: number;
}

interface Discarded {
  held: number;
  discarded: number;
  left: number;
  sample: { dataId: string; name: string }[];
}

const lookEveryMs = 1_000;

export async function listStreams({ installation, output }: Context, json: boolean): Promise<void> {
  const call = await operatorCalls(installation);
  const { items } = await call<{ items: Shown[] }>('/stream-controls');
  if (json) output.say(stringifyJson(items));
  else
    output.say(
      tableOf(
        ['stream', 'name', 'state', 'held', 'drains at'],
        items.map(({ streamId, name, state, held, drainRate }) => [
          streamId,
          name,
          state,
          String(held),
          `${drainRate}/s`,
        ]),
      ),
    );
}

export async function operateStream(
  stream: string,
  verb: 'pause' | 'resume' | 'drain' | 'discard',
  options: StreamOptions,
  { installation, output }: Context,
): Promise<void> {
  const call = await operatorCalls(installation);
  const path = `/stream-controls/${encodeURIComponent(stream)}`;
  const say = options.json ? () => undefined : output.say;
  if (verb === 'discard') {
    const end = await discard(path, options, call, say);
    if (options.json) output.say(stringifyJson(end));
    return;
  }
  const { reason, rate } = options;
  const now = await call<Shown>(`${path}/${verb}`, verb === 'pause' ? { reason } : { rate });
  say(lineOf(now));
  const end = verb === 'drain' && now.state === 'on' ? await untilDrained(path, now, call, say) : now;
  if (options.json) output.say(stringifyJson(end));
}

async function untilDrained(
  path: string,
  now: Shown,
  call: CallOperator,
  say: (line: string) => void,
): Promise<Shown> {
  let shown = now;
  while (shown.held > 0 && shown.state === 'on') {
    await sleep(lookEveryMs);
    const next = await call<Shown>(path);
    if (next.held !== shown.held) say(`${next.held} held`);
    shown = next;
  }
  return shown;
}

async function discard(
  path: string,
  { reason, yes }: StreamOptions,
  call: CallOperator,
  say: (line: string) => void,
): Promise<Discarded> {
  const preview = await call<Discarded>(`${path}/discard`, { reason, dryRun: true });
  say(`It holds ${preview.held} records.`);
  for (const { dataId, name } of preview.sample) say(`  ${dataId} ${name}`);
  if (!yes) {
    if (preview.held > 0) say('Nothing has been changed. Add --yes to discard them.');
    return preview;
  }
  let all = preview;
  for (let discarded = 0; all.left > 0;) {
    all = await call<Discarded>(`${path}/discard`, { reason });
    if (all.discarded === 0) break;
    discarded += all.discarded;
    say(`${discarded} discarded, ${all.left} left.`);
    all = { ...all, discarded };
  }
  return all;
}

function lineOf({ name, state, paused, held, drainRate }: Shown): string {
  const why = paused === null ? '' : ` by ${paused.by}${paused.reason === '' ? '' : ` (${paused.reason})`}`;
  return `${name} is ${state}${why}; it holds ${held} records, which go on at ${drainRate} a second.`;
}
