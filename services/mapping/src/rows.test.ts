import { parseJson, type JsonObject } from '@syncline/contract';
import { aChange, aCurrent, aPair, aPairWith, aSide, aWrite, phases } from './a-pair.fixture.ts';
import type { Body } from './change.ts';
import type { Current } from './current.ts';
import type { Effect, PairState } from './pair.ts';
import { stateOf, stateText, toRow } from './rows.ts';

const bodyOf = (text: string): Body => ({ record: { master: { text }, details: {} } });

function history(...bodies: Body[]): Effect {
  const events = bodies.map((body, i) => ({ id: String(i), at: 1, kind: 'k', message: 'm', body }));
  return { kind: 'history', syncId: 's', side: 'crm', set: {}, events };
}

const roundTrip = (state: PairState) => stateOf(toRow(state));

describe('a row', () => {
  it.each(phases)('gives back the state it was made of (%s)', (phase) => {
    const state = aPairWith(aCurrent(phase));
    expect(roundTrip(state)).toEqual(state);
  });

  it('carries the fields that people and the Open API look for', () => {
    const row = toRow(aPair({ remark: 'r' }, 'E1'));
    expect(row).toMatchObject({ crmId: 'A1', erpId: 'E1', crmName: 'Acme', erpName: '', isCreated: true });
    expect(row).toMatchObject({ version: 1, status: 1, lastSyncStatus: 1, streamId: 's1', remark: 'r' });
    expect(toRow(aPair()).isCreated).toBe(false);
  });

  it('keeps every digit of a number', () => {
    const master = parseJson('{"id":12345678901234567890,"amount":1.10}') as JsonObject;
    const state = aPairWith(
      aCurrent('retry', { change: aChange({ body: { record: { master, details: {} } } }) }),
    );
    const text = stateText(state);
    expect(text).toContain('{"id":12345678901234567890,"amount":1.10}');
    expect(stateText(roundTrip(state))).toBe(text);
  });

  it('keeps keys such as __proto__', () => {
    const master = parseJson('{"__proto__":"x"}') as JsonObject;
    const state = aPairWith(
      aCurrent('retry', { change: aChange({ body: { record: { master, details: {} } } }) }),
    );
    expect(stateText(roundTrip(state))).toContain('"__proto__":"x"');
  });
});

describe('a body in the outbox', () => {
  const count = (text: string, what: string) => text.split(what).length - 1;

  it('stands in the row once when the change or the write holds it too', () => {
    const change = aChange({ body: bodyOf('source') });
    const write = aWrite({ body: bodyOf('mapped') });
    const outbox = [history(change.body, write.body)];
    const state = aPairWith(aCurrent('inFlight', { change, write }), { outbox });
    expect(count(stateText(state), '"source"')).toBe(1);
    expect(count(stateText(state), '"mapped"')).toBe(1);
    expect(roundTrip(state)).toEqual(state);
  });

  it('stands once when a waiting, failed or overtaken change holds it, or one set aside', () => {
    const waiting = { crm: aChange({ body: bodyOf('waiting') }) };
    const failed = { erp: aChange({ side: 'erp', body: bodyOf('failed') }) };
    const overtaken = { erp: aChange({ side: 'erp', body: bodyOf('overtaken') }) };
    const aside = aCurrent('retry', { change: aChange({ body: bodyOf('aside') }) });
    const all = [waiting.crm, failed.erp, overtaken.erp, aside.change].map(({ body }) => body);
    const places = { waiting, failed, overtaken, outbox: [history(...all)] };
    const state = aPairWith(aCurrent('reread', { aside }), places);
    for (const text of ['waiting', 'failed', 'overtaken', 'aside'])
      expect(count(stateText(state), `"text":"${text}"`)).toBe(1);
    expect(roundTrip(state)).toEqual(state);
  });

  it('that nothing else holds stands there itself', () => {
    const state = aPair({ outbox: [history(bodyOf('alone'), { ref: 'r1' })] });
    expect(count(stateText(state), '"alone"')).toBe(1);
    expect(roundTrip(state)).toEqual(state);
  });

  it('of an unchanged state read back stands once again', () => {
    const change = aChange({ body: bodyOf('source') });
    const state = aPairWith(aCurrent('retry', { change }), { outbox: [history(change.body)] });
    expect(stateText(roundTrip(state))).toBe(stateText(state));
  });
});

describe('inFlightId', () => {
  const idOf = (current: Current | null) => toRow(aPairWith(current)).inFlightId;

  it.each(['inFlight', 'unknown', 'details', 'reread'] as const)('names the attempt in %s', (phase) => {
    const change = aChange({ syncId: 'sync' });
    expect(idOf({ ...aCurrent(phase), change, sends: 3 })).toBe('sync/3');
  });

  it.each(['retry', 'parked', 'openWait', 'held', 'resend', 'person'] as const)(
    'is none in %s: the pusher may not act',
    (phase) => {
      expect(idOf(aCurrent(phase))).toBeNull();
    },
  );

  it('is none at rest', () => {
    expect(idOf(null)).toBeNull();
  });
});

describe('waitsOn', () => {
  const keys = [
    { key: 'k1', label: '', isOptional: false },
    { key: 'k2', label: '', isOptional: true },
  ];

  it('tells others what a parked record waits for, and what it could go without', () => {
    expect(toRow(aPairWith(aCurrent('parked', { keys }))).waitsOn).toEqual(['k1', 'k2?']);
  });

  it('is empty otherwise', () => {
    expect(toRow(aPairWith(aCurrent('openWait', { keys }))).waitsOn).toEqual([]);
    expect(toRow(aPair({ sides: { crm: aSide(), erp: aSide() } })).waitsOn).toEqual([]);
  });
});
