import {
  crmWriteSchema,
  erpWriteSchema,
  readMessage,
  stringifyJson,
  syncOutcomeSchema,
  topics,
  type RecordData,
} from '@syncline/contract';
import type { Outgoing } from '@syncline/kafka';
import { aCatalogView } from '@syncline/testkit';
import { aChange, aCurrent, aPair, aPairWith, aSide, aWrite } from './a-pair.fixture.ts';
import type { CurrentOf, WriteOperation } from './current.ts';
import { historyOf, messagesOf, neededBodies, type BodyTexts } from './effects.ts';
import type { Effect, OutcomeFacts, PairState } from './pair.ts';

const pair = (() => {
  const [one] = aCatalogView().pairsOfCrmObject('81138', 'AccountObj');
  if (one === undefined) throw new Error('no pair');
  return one;
})();
const noBodies: BodyTexts = new Map();
const send = (what: 'write' | 'read' | 'find'): Effect => ({ kind: 'send', what });

function messages(state: PairState, effect: Effect, bodies = noBodies): Outgoing[] {
  return messagesOf({ state, effects: [effect], pair }, bodies);
}

function only(list: Outgoing[]): { topic: string; key: string | null; value: Buffer } {
  expect(list).toHaveLength(1);
  const { topic = '', key = null, value = '' } = list[0] ?? {};
  return { topic, key, value: Buffer.from(value) };
}

function erpMessage(state: PairState, what: 'write' | 'read' | 'find', bodies = noBodies) {
  const { topic, key, value } = only(messages(state, send(what), bodies));
  expect(topic).toBe(topics.erpWrites);
  return { key, write: readMessage(erpWriteSchema, value) };
}

function inFlight(over: Parameters<typeof aWrite>[0], current: Partial<CurrentOf<'inFlight'>> = {}) {
  return aCurrent('inFlight', { write: aWrite(over), ...current });
}

describe('a write to the ERP', () => {
  it('that creates says everything the pusher needs, and no id', () => {
    const { key, write } = erpMessage(aPairWith(inFlight({})), 'write');
    expect(key).toBe('81138/AccountObj/A1');
    expect(write).toEqual({
      syncId: aChange().syncId,
      attempt: 1,
      rowId: aPair().id,
      tenantId: '81138',
      dataCenterId: 'dc-main',
      streamId: 's1',
      objectApiName: 'BD_Customer',
      operation: 'create',
      record: { master: { FName: 'Acme' }, details: {} },
      guarded: true,
      match: [],
      source: { objectApiName: 'AccountObj', dataId: 'A1' },
      requestedAt: 2_000,
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/),
    });
  });

  it('names no id on a create, even where one is known', () => {
    expect(erpMessage(aPairWith(inFlight({}), {}, 'E1'), 'write').write.dataId).toBeUndefined();
  });

  it.each<WriteOperation>(['update', 'void', 'recover'])('that is an %s names the id', (operation) => {
    const state = aPairWith(inFlight({ operation, guarded: false }), {}, 'E1');
    expect(erpMessage(state, 'write').write).toMatchObject({ operation, dataId: 'E1', guarded: false });
  });

  it('carries the number of the attempt', () => {
    expect(erpMessage(aPairWith(inFlight({}, { sends: 4 })), 'write').write.attempt).toBe(4);
  });

  it('keeps the trace of its sync over all attempts', () => {
    const traceOf = (sends: number) =>
      erpMessage(aPairWith(inFlight({}, { sends })), 'write').write.traceparent?.split('-')[1];
    expect(traceOf(1)).toBe(traceOf(2));
  });

  it('is not sent once its sync is something else, or has ended', () => {
    expect(messages(aPair(), send('write'))).toEqual([]);
    expect(messages(aPairWith(aCurrent('unknown')), send('write'))).toEqual([]);
  });
});

describe('a body in the store', () => {
  const withRef = () => aPairWith(inFlight({ body: { ref: 'r1' } }));
  const bodyOf = (characters: string): BodyTexts => {
    const record: RecordData = { master: { FName: characters }, details: {} };
    return new Map([['r1', record]]);
  };

  it('is needed for a write alone', () => {
    expect(neededBodies({ state: withRef(), effects: [send('write')], pair })).toEqual(['r1']);
    expect(neededBodies({ state: withRef(), effects: [send('read')], pair })).toEqual([]);
    expect(neededBodies({ state: aPairWith(inFlight({})), effects: [send('write')], pair })).toEqual([]);
    expect(neededBodies({ state: aPair(), effects: [send('write')], pair })).toEqual([]);
  });

  it('travels whole up to 512 KiB', () => {
    const { write } = erpMessage(withRef(), 'write', bodyOf('x'.repeat(500 * 1024)));
    expect(write.bodyRef).toBeUndefined();
    expect(write.record?.master['FName']).toHaveLength(500 * 1024);
  });

  it.each([
    ['characters', 'x'.repeat(513 * 1024)],
    ['bytes', '客'.repeat(200 * 1024)],
  ])('travels by reference above that, counted in %s', (_what, text) => {
    const { write } = erpMessage(withRef(), 'write', bodyOf(text));
    expect(write.bodyRef).toBe('r1');
    expect(write.record).toBeUndefined();
  });

  it('travels whole to the CRM whatever its size', () => {
    const state = aPairWith(inFlight({ to: 'crm', body: { ref: 'r1' } }));
    const { value } = only(messages(state, send('write'), bodyOf('x'.repeat(600 * 1024))));
    expect(readMessage(crmWriteSchema, value).data['FName']).toHaveLength(600 * 1024);
  });
});

describe('a question to the ERP', () => {
  const unknown = aCurrent('unknown', { attemptedFrom: 10, attemptedTo: 20 });

  it('looks for what an unanswered create made, by its match values and times', () => {
    const { write } = erpMessage(aPairWith(unknown), 'find');
    expect(write).toMatchObject({
      operation: 'find',
      guarded: false,
      match: [{ field: 'FNumber', value: 'C-1' }],
      attemptedFrom: 10,
      attemptedTo: 20,
    });
    expect(write.record).toBeUndefined();
  });

  it.each([aCurrent('reread'), unknown])('reads the record again', (current) => {
    const { write } = erpMessage(aPairWith(current, {}, 'E1'), 'read');
    expect(write).toMatchObject({ operation: 'read', dataId: 'E1', guarded: false, match: [] });
  });

  it('reads the rows of a create by the id that its answer gave', () => {
    const { write } = erpMessage(aPairWith(aCurrent('details', { destId: 'E5' })), 'read');
    expect(write).toMatchObject({ operation: 'read', dataId: 'E5' });
  });

  it('has attempt 1 where nothing was sent yet', () => {
    expect(erpMessage(aPairWith(aCurrent('reread', { sends: 0 }), {}, 'E1'), 'read').write.attempt).toBe(1);
  });

  it('of an ERP change goes under the key of the ERP record', () => {
    const current = aCurrent('reread', { change: aChange({ side: 'erp' }) });
    const { key, write } = erpMessage(aPairWith(current, {}, 'E1'), 'read');
    expect(key).toBe('81138/BD_Customer/E1');
    expect(write.source).toEqual({ objectApiName: 'BD_Customer', dataId: 'E1' });
  });

  it('is not asked once nothing is open', () => {
    expect(messages(aPair(), send('find'))).toEqual([]);
    expect(messages(aPairWith(aCurrent('retry')), send('read'))).toEqual([]);
    expect(messages(aPairWith(aCurrent('inFlight')), send('find'))).toEqual([]);
    expect(messages(aPairWith(aCurrent('details')), send('find'))).toEqual([]);
  });
});

describe('a write to the CRM', () => {
  function crmWrite(operation: WriteOperation, sends = 1) {
    const write = aWrite({ to: 'crm', operation, revision: 9 });
    const current = aCurrent('inFlight', { write, sends, change: aChange({ side: 'erp' }) });
    const sides = { crm: aSide({ id: operation === 'create' ? '' : 'A1' }), erp: aSide({ id: 'E1' }) };
    const { topic, key, value } = only(messages(aPairWith(current, { sides }), send('write')));
    return { topic, key, write: readMessage(crmWriteSchema, value) };
  }

  it('that creates says where it comes from, and no id', () => {
    expect(crmWrite('create')).toEqual({
      topic: topics.crmWrites,
      key: '81138/BD_Customer/E1',
      write: {
        writeId: aChange().syncId,
        tenantId: '81138',
        objectApiName: 'AccountObj',
        operation: 'create',
        revision: 9,
        data: { FName: 'Acme' },
        details: {},
        source: { dataCenterId: 'dc-main', objAPIName: 'BD_Customer', dataId: 'E1' },
      },
    });
  });

  it.each([
    ['update', 'update'],
    ['void', 'invalid'],
    ['recover', 'recover'],
  ] as const)('that is a %s is called %s and names the id', (operation, called) => {
    expect(crmWrite(operation).write).toMatchObject({ operation: called, dataId: 'A1' });
  });

  it('has an id of its own for each attempt, which begins with the id of the row', () => {
    const [first, second] = [crmWrite('update').write.writeId, crmWrite('update', 2).write.writeId];
    expect(second).not.toBe(first);
    expect(second.startsWith(first.slice(0, 32))).toBe(true);
  });
});

describe('an outcome', () => {
  const facts: OutcomeFacts = {
    syncId: 'sync',
    operation: 'create',
    side: 'crm',
    status: 5,
    failure: { class: 'rejected', code: 'E42', message: 'no' },
    attempts: 2,
    at: 3_000,
  };
  const outcomeOf = (over: Partial<OutcomeFacts>) => {
    const effect: Effect = { kind: 'outcome', outcome: { ...facts, ...over } };
    const { topic, key, value } = only(messages(aPair({}, 'E1'), effect));
    return { topic, key, outcome: readMessage(syncOutcomeSchema, value) };
  };

  it('says what became of a sync', () => {
    expect(outcomeOf({})).toEqual({
      topic: topics.syncOutcomes,
      key: '81138/AccountObj/A1',
      outcome: {
        syncId: 'sync',
        tenantId: '81138',
        dataCenterId: 'dc-main',
        streamId: pair.toErp?.id,
        direction: 'crm-to-erp',
        operation: 'create',
        source: { objectApiName: 'AccountObj', dataId: 'A1', name: 'Acme' },
        dest: { objectApiName: 'BD_Customer', dataId: 'E1', name: '' },
        status: 5,
        errorClass: 'rejected',
        errorCode: 'E42',
        errorMessage: 'no',
        attempts: 2,
        at: 3_000,
      },
    });
  });

  it('of the other direction names that stream and turns the ends round', () => {
    expect(outcomeOf({ side: 'erp' }).outcome).toMatchObject({
      streamId: pair.toCrm?.id,
      direction: 'erp-to-crm',
      source: { objectApiName: 'BD_Customer', dataId: 'E1' },
      dest: { objectApiName: 'AccountObj', dataId: 'A1' },
    });
  });

  it('of a success has no error', () => {
    expect(outcomeOf({ failure: null }).outcome).toMatchObject({
      errorClass: null,
      errorCode: null,
      errorMessage: null,
    });
  });
});

describe('the history', () => {
  const event = (id: string, more = {}) => ({ id, at: 1, kind: 'k', message: 'm', ...more });

  it('gets one write for each sync, with all that several effects add', () => {
    const effects: Effect[] = [
      { kind: 'history', syncId: 'a', side: 'crm', set: { status: 3, attempts: 1 }, events: [event('1')] },
      send('write'),
      { kind: 'history', syncId: 'b', side: 'crm', set: {}, events: [] },
      { kind: 'history', syncId: 'a', side: 'crm', set: { status: 6 }, events: [event('2')] },
    ];
    const [first, second, ...others] = historyOf({ state: aPair({ version: 8 }), effects, pair });
    expect(others).toEqual([]);
    expect(first).toMatchObject({ syncId: 'a', order: 8, set: { status: 6, attempts: 1, updatedAt: 2_000 } });
    expect(first?.events.map(({ id }) => id)).toEqual(['1', '2']);
    expect(second).toMatchObject({ syncId: 'b', events: [] });
  });

  it('says where a sync belongs', () => {
    const effects: Effect[] = [{ kind: 'history', syncId: 'a', side: 'erp', set: {}, events: [] }];
    expect(historyOf({ state: aPair({}, 'E1'), effects, pair })[0]?.set).toMatchObject({
      rowId: aPair().id,
      streamId: pair.toCrm?.id,
      direction: 'erp-to-crm',
      source: { objectApiName: 'BD_Customer', dataId: 'E1', name: '' },
      configRevision: pair.toCrm?.configRevision,
    });
  });

  it('of a sync of which no more is known is only added to', () => {
    const effects: Effect[] = [{ kind: 'history', syncId: 'a', side: null, set: { status: 6 }, events: [] }];
    expect(historyOf({ state: aPair(), effects, pair })[0]?.set).toEqual({ status: 6, updatedAt: 2_000 });
  });

  it('holds a small body as text and a big one by reference', () => {
    const record: RecordData = { master: { a: 1 }, details: {} };
    const events = [event('1', { body: { record } }), event('2', { body: { ref: 'r1' } }), event('3')];
    const effects: Effect[] = [{ kind: 'history', syncId: 'a', side: 'crm', set: {}, events }];
    const [write] = historyOf({ state: aPair(), effects, pair });
    expect(write?.events.map(({ body }) => body)).toEqual([stringifyJson(record), 'ref:r1', undefined]);
  });

  it('is none of forwards and sends', () => {
    const effects: Effect[] = [send('write'), { kind: 'forward', rowId: 'r', change: aChange() }];
    expect(historyOf({ state: aPair(), effects, pair })).toEqual([]);
    expect(
      messages(aPairWith(aCurrent('inFlight')), { kind: 'forward', rowId: 'r', change: aChange() }),
    ).toEqual([]);
  });
});
