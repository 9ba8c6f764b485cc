import { createLogger, systemClock, type Part } from '@syncline/chassis';
import { stringifyJson, syncStatus, topics } from '@syncline/contract';
import { aCatalog, aStream, eventually, pushToken } from '@syncline/testkit';
import { startMapping, Surroundings, type RunningMapping } from './a-mapping.fixture.ts';
import { pairKey } from './a-pair.fixture.ts';
import { createDeadLettersRoute } from './dead-letters.route.ts';
import { createHeldLoop } from './held.loop.ts';
import { createStreamControlsRoute } from './stream-controls.route.ts';

const withinMs = 40_000;
const streamId = aStream().id;
const { tenantId } = pairKey;
const logger = createLogger({ service: 'test', level: 'error' });
const now = new AbortController().signal;
let around: Surroundings;
let mapping: RunningMapping;
let url: string;
const loops: Part[] = [];

beforeEach(async () => {
  around = new Surroundings();
  await around.start();
  mapping = await startMapping(around);
  const deps = { ...mapping.deps, catalog: mapping.catalog };
  const routes = createStreamControlsRoute(deps);
  const producer = { publish: around.send.bind(around) };
  routes.use(createDeadLettersRoute({ ...deps, producer }));
  url = await mapping.serve(routes);
}, 90_000);
afterEach(async () => {
  for (const loop of loops.splice(0)) await loop.stop(now);
  await mapping.stop();
  await around.stop();
}, 60_000);

type Answer = Record<string, unknown> & { status: number };

async function call(
  path: string,
  body?: unknown,
  headers: Record<string, string> = { token: pushToken, tenantId },
): Promise<Answer> {
  const response = await fetch(url + path, {
    headers,
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { ...((await response.json()) as object), status: response.status };
}

const operate = (verb: string, body: object = {}) => call(`/stream-controls/${streamId}/${verb}`, body);
const theStream = () => call(`/stream-controls/${streamId}`);

const untilStatus = (accounts: readonly string[], status: number) =>
  eventually(
    async () => {
      const rows = await Promise.all(accounts.map((id) => around.rowOf(id)));
      return rows.every((row) => row?.lastSyncStatus === status && row.inFlightId === null);
    },
    { withinMs, everyMs: 50 },
  );

async function startDraining(): Promise<void> {
  const { deps, catalog } = mapping;
  const loop = createHeldLoop({ ...deps, catalog, clock: systemClock, logger });
  loops.push(loop);
  await loop.start();
}

const accounts = Array.from({ length: 12 }, (_, i) => `A${String(i)}`);
const editAll = (name: string) => Promise.all(accounts.map((id) => around.edit(id, name)));

describe('a stream that an operator pauses', () => {
  it('holds the newest state of each record, survives an apply, and drains at its pace when it goes on', async () => {
    expect(await operate('pause', { by: 'ann', reason: 'ERP upgrade' })).toMatchObject({ state: 'paused' });
    await editAll('one');
    await untilStatus(accounts, syncStatus.held);
    const config = await around.store.config.current();
    await around.store.config.replace({
      catalog: aCatalog(),
      digest: 'other',
      editedBy: 'apply',
      expectedRevision: config?.revision ?? 0,
    });
    await mapping.catalog.refresh();
    expect(await theStream()).toMatchObject({
      state: 'paused',
      held: 12,
      paused: { by: 'ann', reason: 'ERP upgrade' },
    });
    expect(around.writes).toEqual([]);

    expect(await operate('resume', { rate: 4 })).toMatchObject({ state: 'on', drainRate: 4, paused: null });
    const begun = Date.now();
    await startDraining();
    await untilStatus(accounts, syncStatus.success);
    // Three turns of four: the second and the third wait for their second.
    expect(Date.now() - begun).toBeGreaterThan(1_500);
    expect(await theStream()).toMatchObject({ held: 0 });
    for (const id of accounts) expect(around.writesOf(id)).toHaveLength(1);
  }, 120_000);

  it('discards what it holds, after it has shown what that is, and each record tells', async () => {
    await operate('pause');
    await editAll('one');
    await untilStatus(accounts, syncStatus.held);
    const shown = await operate('discard', { dryRun: true });
    expect(shown).toMatchObject({ held: 12, discarded: 0, left: 12 });
    expect(shown['sample']).toContainEqual(expect.objectContaining({ dataId: 'A3', name: 'one' }));
    expect((await theStream())['held']).toBe(12);
    expect(await operate('discard', { by: 'ann', reason: 'test data' })).toMatchObject({
      discarded: 12,
      left: 0,
    });
    await untilStatus(accounts, syncStatus.skipped);
    const row = await around.rowOf('A3');
    const told = (await around.store.syncHistory.getMany([row?.lastSyncDataId ?? '']))
      .get(row?.lastSyncDataId ?? '')
      ?.events.map(({ message }) => message);
    expect(told).toContain('Discarded by ann: test data');
    await operate('resume');
    await editAll('two');
    await untilStatus(accounts, syncStatus.success);
    expect(around.writesOf('A3').map(({ record }) => record?.master['FName'])).toEqual(['two']);
  }, 120_000);

  it('refuses what cannot be meant', async () => {
    expect(await operate('discard')).toMatchObject({ status: 409 });
    expect(await operate('drain', { rate: 0 })).toMatchObject({ status: 400 });
    expect(await call('/stream-controls/nix/pause', {})).toMatchObject({ status: 404 });
    const config = await around.store.config.current();
    await around.store.config.replace({
      catalog: aCatalog({ streams: [aStream({ enabled: false })] }),
      digest: null,
      editedBy: 'apply',
      expectedRevision: config?.revision ?? 0,
    });
    await mapping.catalog.refresh();
    expect(await theStream()).toMatchObject({ state: 'off' });
    expect(await operate('resume')).toMatchObject({
      status: 409,
      errMsg: expect.stringContaining('enabled: false'),
    });
    expect(await call('/stream-controls')).toMatchObject({ items: [{ streamId, state: 'off' }] });
  }, 120_000);
});

describe('a dead letter', () => {
  const letter = (offset: number, value: string, topic: string = topics.crmEvents) => ({
    topic,
    partition: 0,
    offset,
    key: `${tenantId}/AccountObj/A1`,
    value: Buffer.from(value),
    headers: { mine: 'x', reason: 'unreadable', topic, partition: '0', offset: String(offset) },
    reason: 'unreadable',
    at: 1_000 + offset,
  });
  const readable = stringifyJson({
    eventId: 'e1',
    tenantId,
    objectApiName: 'AccountObj',
    dataId: 'A1',
    operation: 'update',
    occurredAt: 5,
    data: { _id: 'A1', name: 'Acme', number: 'A1' },
  });
  const asOperator = async () => ({ 'operator-key': await around.store.operatorKey.read() });
  const send = async (body: object) => call('/dead-letters/send-back', body, await asOperator());

  it('goes to its topic once, as it came, and tells who sent it', async () => {
    await around.store.deadLetters.add([letter(7, readable), letter(8, readable, 'no.topic')]);
    expect(await send({ filter: { topic: topics.crmEvents }, dryRun: true })).toMatchObject({
      found: 1,
      sent: 0,
    });
    expect(await send({ filter: { text: 'UNREAD' }, by: 'ann' })).toMatchObject({
      sent: 1,
      refused: [{ id: 'no.topic/0/8', message: expect.stringContaining('no topic') }],
    });
    await untilStatus(['A1'], syncStatus.success);
    expect(around.events.at(-1)?.headers).toEqual({ mine: 'x', 'sent-back': '1' });
    expect(around.events.at(-1)?.value?.toString()).toBe(readable);
    const id = 'crm.events/0/7';
    expect((await around.store.deadLetters.get(id))?.sentBack).toMatchObject({
      by: 'ann',
      sentAt: expect.any(Number),
    });
    expect(await send({ ids: [id] })).toMatchObject({ found: 0, sent: 0 });
    await around.store.deadLetters.add([letter(7, readable)]);
    expect((await around.store.deadLetters.get(id))?.sentBack?.by).toBe('ann');
    expect(await send({ ids: [id], again: true })).toMatchObject({ sent: 1 });
  }, 120_000);

  it('that nobody can read again comes back and shows how often it was sent', async () => {
    await around.store.deadLetters.add([letter(7, 'no JSON')]);
    await send({ ids: ['crm.events/0/7'] });
    const back = await eventually(() => around.deadLetters.at(-1) ?? false, { withinMs });
    expect(back.headers).toMatchObject({ 'sent-back': '1', reason: 'the value is not JSON', mine: 'x' });
  }, 120_000);

  it('belongs to no tenant', async () => {
    expect(await call('/dead-letters/send-back', {})).toMatchObject({ status: 401 });
  }, 120_000);
});
