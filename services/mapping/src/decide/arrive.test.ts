import { inStep, PlayedPair, rowIdOfOthers } from '../testing/played-pair.ts';

const superseded = 8;
const minute = 60_000;

describe('one write in flight per pair', () => {
  it('lets a newer change wait behind it', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).crm({ value: 'v2' });
    expect(played.sent).toEqual([]);
    expect(played.state.waiting.crm?.body).toMatchObject({ record: { master: { value: 'v2' } } });
  });

  it('keeps only the newest of several from one side; the others are superseded', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).crm({ value: 'v2' }).crm({ value: 'v3' });
    expect(played.outcome).toMatchObject({ status: superseded });
    expect(played.accept().message).toMatchObject({
      operation: 'update',
      record: { master: { value: 'v3' } },
    });
  });

  it('lets a change from the side that is being written wait for the result', () => {
    const played = inStep().crm({ value: 'v2' }).erp({ value: 'mine' });
    expect(played.sent).toEqual([]);
    expect(played.state.waiting.erp).toBeDefined();
  });

  it('decides what waits in both directions, oldest first, when the write has ended', () => {
    const played = inStep().crm({ value: 'v2' });
    played.erp({ value: 'e' }, { number: 900 }).crm({ value: 'v3' });
    expect(played.accept().message).toMatchObject({ operation: 'read' });
    expect(played.shows({ value: 'e' }, 950).message).toMatchObject({ objectApiName: 'AccountObj' });
    expect(played.state.waiting.crm).toBeDefined();
  });
});

describe('an input that is not newer', () => {
  it('leaves no trace when it is a repeat', () => {
    const played = inStep();
    const { outcomes } = played;
    const before = played.state.syncs;
    played.crm({ value: 'other' }, { offset: 1, eventId: 'e1' });
    expect(played).toMatchObject({ result: 'repeat', effects: [] });
    expect(played.state.syncs).toBe(before);
    expect(outcomes).toHaveLength(1);
  });

  it('is superseded when it is late by under five minutes', () => {
    const played = inStep();
    played.crm({ value: 'older' }, { occurredAt: played.now - 5 * minute + 1_000 });
    expect(played.sent).toEqual([]);
    expect(played.outcome).toMatchObject({ status: superseded });
  });

  it('counts with a note when it is late by more: the clock was set back', () => {
    const played = inStep();
    played.crm({ value: 'v2' }, { occurredAt: played.now - 6 * minute });
    expect(played.message).toMatchObject({ operation: 'update' });
    expect(played.told.join()).toContain("The CRM's clock was set back; the event counts as newer.");
  });

  it('is superseded when an ERP record has a lower number', () => {
    const played = inStep('v1', { beganOn: 'erp' }).erp({ value: 'older' }, { number: 3 });
    expect(played.sent).toEqual([]);
    expect(played.outcome).toMatchObject({ status: superseded });
  });

  it('stays a repeat after the whole log has come again', () => {
    const played = inStep().crm({ value: 'v2' }).accept();
    for (const offset of [1, 2])
      played.crm({ value: `v${String(offset)}` }, { offset, eventId: `e${String(offset)}` });
    expect(played).toMatchObject({ result: 'repeat', effects: [] });
  });
});

describe('unchanged is not written', () => {
  it('compared with what waits', () => {
    const played = inStep().crm({ value: 'v2' }).crm({ value: 'v3' }).crm({ value: 'v3' });
    expect(played).toMatchObject({ result: 'unchanged', effects: [] });
  });

  it('else with what is in flight', () => {
    expect(inStep().crm({ value: 'v2' }).crm({ value: 'v2' })).toMatchObject({
      result: 'unchanged',
      effects: [],
    });
  });

  it('but what waits for the other side first makes it news', () => {
    const played = inStep().crm({ value: 'v2' }).erp({ value: 'e' }).crm({ value: 'v2' });
    expect(played.result).toBe('queued');
  });

  it('else with the last confirmed', () => {
    expect(inStep('v1').crm({ value: 'v1' })).toMatchObject({ result: 'unchanged', effects: [] });
  });

  it('but what was confirmed before the one that is put off is news again', () => {
    const played = inStep('v1').crm({ value: 'v2' }).busy().crm({ value: 'v1' });
    expect(played.message).toMatchObject({ operation: 'update', record: { master: { value: 'v1' } } });
  });

  it('a failure leaves no fingerprint', () => {
    const played = new PlayedPair().crm({ value: 'v1' });
    played.answer({ kind: 'rejected', code: '12', message: 'no' }).crm({ value: 'v1' });
    expect(played.message).toMatchObject({ operation: 'create' });
  });

  it('unless the stream has another configuration since', () => {
    const played = inStep('v1');
    played.streams = new PlayedPair({ toErp: { configRevision: 'r2' } }).streams;
    played.mapped.set('v1', okWith({ value: 'mapped anew' }));
    expect(played.crm({ value: 'v1' }).message).toMatchObject({ operation: 'update' });
  });

  it('unless it is forced', () => {
    const played = inStep('v1').crm({ value: 'v1' }, { forced: true });
    expect(played.message).toMatchObject({ operation: 'update' });
  });
});

function okWith(values: Record<string, string>) {
  return {
    kind: 'ok' as const,
    record: { master: values, details: {} },
    values,
    rows: {},
    match: [],
    owes: [],
  };
}

describe('a change that a pointer or its cause led here', () => {
  const causedByCreate = (played: PlayedPair) => ({ causedBy: played.state.current?.change.syncId ?? '' });

  it('tells the id before the answer does', () => {
    const played = new PlayedPair({ beganOn: 'erp' }).erp({ value: 'v1' });
    played.crm({ value: 'v1' }, { via: 'integration', ...causedByCreate(played) });
    expect(played.state.sides.crm.id).toBe('A1');
    expect(played.crmAnswers().outcome).toMatchObject({ status: 6, dest: { dataId: 'A1' } });
    expect(played.phase).toBeNull();
  });

  it('goes to the row that owns the id when that is another one', () => {
    const played = new PlayedPair({ beganOn: 'erp' }).erp({ value: 'v1' });
    played.owners.set('A1', rowIdOfOthers);
    played.crm({ value: 'v1' });
    expect(played.effects).toMatchObject([
      { kind: 'forward', rowId: rowIdOfOthers, change: { told: false, syncId: '' } },
    ]);
    expect(played.state.sides.crm.id).toBe('');
  });

  it('is dropped when the mapping leads to another record by now', () => {
    const played = inStep().erp({ value: 'of another' }, { dataId: 'C9' });
    expect(played).toMatchObject({ result: 'not-of-this-pair', effects: [] });
  });
});
