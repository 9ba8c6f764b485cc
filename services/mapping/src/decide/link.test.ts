import { inStep, PlayedPair, rowIdOfOthers } from '../testing/played-pair.ts';

const rejected = { kind: 'rejected', code: '17', message: 'it exists' } as const;
const held = () => new PlayedPair({ toErp: { canFind: false } }).crm({ value: 'v1', rows: {} }).unanswered();

describe('createSyncDataMapping', () => {
  it('makes a mapping for both directions', () => {
    const played = new PlayedPair().link('C1', { sourceName: 'Acme', destName: 'ACME', remark: 'by hand' });
    expect(played.reply).toEqual({ ok: true, changed: true });
    expect(played.state).toMatchObject({ lastSyncStatus: 6, status: 1, remark: 'by hand' });
    expect(played.state.sides).toMatchObject({
      crm: { id: 'A1', name: 'Acme' },
      erp: { id: 'C1', name: 'ACME' },
    });
    expect(played.erp({ value: 'v1' }).message).toMatchObject({ operation: 'update', dataId: 'A1' });
  });

  it('of what is there already with the same values succeeds and changes nothing', () => {
    const played = inStep();
    const { sides } = played.state;
    expect(played.link('C1', { destName: 'other' })).toMatchObject({
      reply: { ok: true },
      result: 'linked-already',
      effects: [],
    });
    expect(played.state.sides).toEqual(sides);
  });

  it('with another id is a conflict', () => {
    const played = inStep().link('C2');
    expect(played.reply).toMatchObject({ ok: false, why: 'conflict' });
    expect(played.state.sides.erp.id).toBe('C1');
  });

  it('with an id that another row holds is a conflict', () => {
    const played = new PlayedPair();
    played.owners.set('C1', rowIdOfOthers);
    expect(played.link('C1').reply).toMatchObject({ ok: false, why: 'conflict' });
  });

  it.each<[string, (played: PlayedPair) => PlayedPair]>([
    ['in flight', (played) => played],
    ['being asked about', (played) => played.unanswered()],
  ])('while a create is %s is a conflict', (_state, play) => {
    const played = play(new PlayedPair().crm({ value: 'v1' }));
    expect(played.link('C1').reply).toMatchObject({ ok: false, why: 'conflict' });
    expect(played.phase).not.toBeNull();
  });

  it('settles a record in state 5', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).answer(rejected);
    const failed = played.outcome.syncId;
    played.link('C1');
    expect(played.state).toMatchObject({ lastSyncStatus: 6, failed: {}, unresolved: [] });
    expect(played.effects).toContainEqual(
      expect.objectContaining({ syncId: failed, set: { resolvedBy: 'mapping' } }),
    );
  });

  it('settles a record in state 10, and what it was to get is sent to the record that the person named', () => {
    const played = held();
    expect(played.state.lastSyncStatus).toBe(10);
    played.link('C9');
    expect(played.outcomes.at(-1)).toMatchObject({ status: 6, dest: { dataId: 'C9' } });
    expect(played.message).toMatchObject({
      operation: 'update',
      dataId: 'C9',
      record: { master: { value: 'v1' } },
    });
  });

  it('settles a record in state 10 with the newest change that waits', () => {
    const played = held().crm({ value: 'v2' }).link('C9');
    expect(played.message).toMatchObject({ operation: 'update', record: { master: { value: 'v2' } } });
  });

  it('looks the rows up that an unanswered create may have made, so that they are not doubled', () => {
    const played = new PlayedPair({ toErp: { canFind: false } })
      .crm({ value: 'v1', rows: { r1: 'a' } })
      .unanswered();
    expect(played.link('C9').message).toMatchObject({ operation: 'read', dataId: 'C9' });
    played.shows({ value: 'v1', rows: { e1: 'a' } });
    expect(played.message).toMatchObject({
      operation: 'update',
      record: { details: { BD_Contact: [{ id: 'e1' }] } },
    });
  });

  it('settles a create that is sent again and again in doubt', () => {
    const played = new PlayedPair({ toErp: { canFind: false, onUnknownCreate: 'resend' } })
      .crm({ value: 'v1' })
      .unanswered();
    expect(played.phase).toBe('resend');
    expect(played.link('C9').state.sides.erp.id).toBe('C9');
    expect(played.message).toMatchObject({ operation: 'update' });
  });

  it('settles which of two counts when a record was made twice', () => {
    const played = new PlayedPair().crm({ value: 'v1' });
    const accepted = (dataId: string) => ({ kind: 'accepted', dataId, detailIds: {}, order: 500 }) as const;
    played.busy().untilDue().answer(accepted('C1'), { attempt: 1 }).answer(accepted('C2'));
    expect(played.phase).toBe('person');
    expect(played.link('C1')).toMatchObject({ reply: { ok: true } });
    expect(played.state.sides.erp.id).toBe('C1');
    expect(played.accept()).toMatchObject({ phase: null });
  });

  it.each<[string, (played: PlayedPair) => PlayedPair]>([
    ['waits for its next attempt', (played) => played.crm({ value: 'v1' }).busy()],
    [
      'waits for another record',
      (played) => {
        played.mapped.set('v1', { kind: 'waits', keys: [{ key: 'k', label: 'l', isOptional: false }] });
        played.crm({ value: 'v1' }).mapped.delete('v1');
        return played;
      },
    ],
  ])('lets a create that %s go on as an update', (_state, play) => {
    expect(play(new PlayedPair()).link('C1').message).toMatchObject({ operation: 'update', dataId: 'C1' });
  });

  it('leaves a voided record voided', () => {
    const played = new PlayedPair().crm({ value: 'v1' }, { operation: 'void' }).link('C1');
    expect(played.state.status).toBe(3);
  });

  it('has the next change sent in full, though it says nothing new', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).answer(rejected).link('C1');
    expect(played.crm({ value: 'v1' }).message).toMatchObject({ operation: 'update' });
  });
});

describe('updateSyncDataMapping', () => {
  const update = { mode: 'update' } as const;

  it('needs a mapping that exists', () => {
    expect(new PlayedPair().link('C1', update).reply).toMatchObject({ ok: false, why: 'notFound' });
  });

  it('changes names and remark', () => {
    const played = inStep().link('C1', { ...update, destName: 'new', remark: 'r' });
    expect(played.state).toMatchObject({ remark: 'r', sides: { erp: { name: 'new' } } });
  });

  it('leads to another record, of which nothing is known', () => {
    const played = inStep().link('C2', update);
    expect(played.state.sides.erp).toMatchObject({ id: 'C2', known: null, order: null, writtenOrder: 0 });
    expect(played.crm({ value: 'v1' }).message).toMatchObject({ operation: 'update', dataId: 'C2' });
  });

  it('leaves what the old record said behind', () => {
    const played = inStep()
      .erp({ value: 'v2' }, { number: 900 })
      .crmAnswers({ success: false, errorCode: '429' });
    played.link('C2', update);
    expect(played).toMatchObject({ phase: null });
    expect(played.outcomes.at(-1)).toMatchObject({ status: 8 });
  });

  it('does not move the id that the row is found by', () => {
    const played = inStep().link('A2', { ...update, sourceSide: 'erp' });
    expect(played.reply).toMatchObject({ ok: false, why: 'conflict' });
    expect(played.state.sides.crm.id).toBe('A1');
  });

  it('waits for a write that is in flight', () => {
    expect(inStep().crm({ value: 'v2' }).link('C2', update).reply).toMatchObject({
      ok: false,
      why: 'conflict',
    });
  });
});
