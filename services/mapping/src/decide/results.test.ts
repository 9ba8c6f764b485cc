import { inStep, PlayedPair, rowIdOfOthers } from '../testing/played-pair.ts';

const accepted = (dataId: string) => ({ kind: 'accepted', dataId, detailIds: {}, order: 500 }) as const;

describe('the answer to a write', () => {
  it('confirms it: both sides hold the same now', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).accept();
    expect(played.outcome).toMatchObject({
      status: 6,
      operation: 'create',
      attempts: 1,
      dest: { dataId: 'C1' },
    });
    expect(played.state).toMatchObject({ status: 1, lastSyncStatus: 6, current: null });
    expect(played.state.sides.erp).toMatchObject({ id: 'C1', known: { fields: { value: 'v1' } } });
  });

  it('is kept in the history', () => {
    const played = new PlayedPair().crm({ value: 'v1' });
    const call = { method: 'POST', url: '/create', status: 200, durationMs: 12.4, answer: '{"code":0}' };
    played.answer(accepted('C1'), { call });
    expect(played.told).toContain('POST /create: HTTP 200 in 12 ms: {"code":0}');
  });

  it('counts once: the same again changes nothing', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).accept();
    expect(played.accept()).toMatchObject({ result: 'stale-result', effects: [] });
  });

  it('of an earlier attempt says nothing of the one in flight', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).busy().untilDue();
    played.answer({ kind: 'rejected', code: 'x', message: 'x' }, { attempt: 1 });
    expect(played).toMatchObject({ phase: 'inFlight', result: 'stale-result' });
  });

  it('goes to a person when the id belongs to another row', () => {
    const played = new PlayedPair().crm({ value: 'v1' });
    played.owners.set('C1', rowIdOfOthers);
    expect(played.accept().outcome).toMatchObject({ status: 10, errorCode: 'owned-by-another' });
    expect(played.state.sides.erp.id).toBe('');
  });
});

describe('a create’s success', () => {
  it('is stored even if nobody waits for it any more', () => {
    const played = new PlayedPair().crm({ value: 'v1' });
    const late = played.lastErpMessage;
    played.busy().crm({ value: 'v2' }).answer({ kind: 'rejected', code: 'x', message: 'x' });
    played.answer(accepted('C1'), { syncId: late.syncId, attempt: 1, operation: 'create' });
    expect(played.state.sides.erp.id).toBe('C1');
    expect(played.crm({ value: 'v3' }).message).toMatchObject({ operation: 'update', dataId: 'C1' });
  });

  it('that comes while its next attempt waits makes that an update', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).busy().accept();
    expect(played.result).toBe('adopted-late');
    expect(played.untilDue().message).toMatchObject({ operation: 'update', dataId: 'C1' });
  });

  it('that comes while another create is in flight shows that it was made twice', () => {
    const played = new PlayedPair().crm({ value: 'v1' });
    const { syncId } = played.lastErpMessage;
    played.busy().untilDue().answer(accepted('C1'), { attempt: 1 });
    expect(played.state).toMatchObject({ status: 2, sides: { erp: { id: 'C1' } } });
    played.answer(accepted('C2'), { syncId, attempt: 2 });
    expect(played.outcome).toMatchObject({ status: 10, errorCode: 'created-twice' });
    expect(played.state.sides.erp.id).toBe('C1');
    expect(played.state.current).toMatchObject({ phase: 'person', candidates: ['C1', 'C2'] });
  });

  it('is not stored where the id belongs to another row', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).busy();
    played.owners.set('C1', rowIdOfOthers);
    expect(played.accept()).toMatchObject({ result: 'stale-result' });
    expect(played.state.sides.erp.id).toBe('');
  });

  it('of the CRM is stored too', () => {
    const played = new PlayedPair({ beganOn: 'erp' }).erp({ value: 'v1' });
    const { writeId } = played.message;
    played.crmAnswers({ success: false, errorCode: 'x' }).crmAnswers({ writeId, dataId: 'A1' });
    expect(played.state.sides.crm.id).toBe('A1');
  });
});

describe('an ERP write that nobody answers', () => {
  it('is sent once more as the same attempt', () => {
    const played = new PlayedPair().crm({ value: 'v1' });
    const { syncId, attempt } = played.lastErpMessage;
    expect((played.state.current?.dueAt ?? 0) - played.now).toBe(10 * 60_000);
    expect(played.untilDue().message).toMatchObject({ operation: 'create', syncId, attempt });
  });
});

describe('what the pusher is asked to do', () => {
  it('guards creates, updates that add rows, and updates of two-way pairs', () => {
    const oneWay = { toCrm: null };
    expect(new PlayedPair(oneWay).crm({ value: 'v1' }).message.guarded).toBe(true);
    expect(inStep('v1', oneWay).crm({ value: 'v2' }).message.guarded).toBe(false);
    expect(inStep('v1', oneWay).crm({ value: 'v2', rows: { r1: 'a' } }).message.guarded).toBe(true);
    expect(inStep('v1').crm({ value: 'v2' }).message.guarded).toBe(true);
  });

  it('finds its row by the ids, which begin with the row’s', () => {
    const played = new PlayedPair().crm({ value: 'v1' });
    expect(played.message.syncId.startsWith(played.state.id)).toBe(true);
    const toCrm = new PlayedPair({ beganOn: 'erp' }).erp({ value: 'v1' });
    expect(toCrm.message.writeId.startsWith(toCrm.state.id)).toBe(true);
  });
});
