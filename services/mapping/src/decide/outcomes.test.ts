import { inStep, PlayedPair } from '../testing/played-pair.ts';

describe('a transient failure', () => {
  it('is tried again on the schedule, until the attempts are spent', () => {
    const played = new PlayedPair({ toErp: { retryDelaysMs: [5_000, 30_000] } }).crm({ value: 'v1' });
    const { syncId } = played.lastErpMessage;
    const delays: number[] = [];
    for (let i = 0; i < 2; i += 1) {
      const failedAt = played.busy().now;
      expect(played.state.lastSyncStatus).toBe(4);
      delays.push((played.state.current?.dueAt ?? 0) - failedAt);
      expect(played.untilDue().message).toMatchObject({ operation: 'create', syncId, attempt: i + 2 });
    }
    expect(delays).toEqual([5_000, 30_000]);
    expect(played.busy().outcome).toMatchObject({
      status: 5,
      errorClass: 'transient',
      errorCode: '503',
      attempts: 3,
    });
    expect(played.phase).toBeNull();
  });

  it.each([
    [0, 4_000],
    [0.9999, 6_000],
  ])('is spread by 20 % (%f)', (random, delay) => {
    const played = new PlayedPair().crm({ value: 'v1' });
    played.random = random;
    expect((played.busy().state.current?.dueAt ?? 0) - played.now).toBe(delay);
  });

  it('waits as long as the ERP asks for with Retry-After', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).busy(90_000);
    expect((played.state.current?.dueAt ?? 0) - played.now).toBe(90_000);
  });

  it('leaves nothing in flight: a newer change takes its place at once, as a new sync', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).busy();
    const { syncId } = played.lastErpMessage;
    played.crm({ value: 'v2' });
    expect(played.message).toMatchObject({
      operation: 'create',
      attempt: 1,
      record: { master: { value: 'v2' } },
    });
    expect(played.lastErpMessage.syncId).not.toBe(syncId);
    expect(played.outcome).toMatchObject({ syncId, status: 8 });
  });

  it('is tried at once when a person asks for it', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).busy().retry();
    expect(played.reply).toMatchObject({ ok: true, changed: true });
    expect(played.message).toMatchObject({ operation: 'create', attempt: 2 });
  });
});

describe('a write that was put off', () => {
  it('uses no attempt, however often', () => {
    const played = new PlayedPair({ toErp: { retryDelaysMs: [5_000] } }).crm({ value: 'v1' });
    for (let i = 0; i < 30; i += 1)
      played.answer({ kind: 'deferred', retryAfterMs: 10_000, reason: 'the breaker is open' }).untilDue();
    expect(played.message).toMatchObject({ operation: 'create', attempt: 31 });
    expect(played.accept().outcome).toMatchObject({ status: 6, attempts: 1 });
  });

  it.each([
    [0, 10_000],
    [0.9999, 15_000],
  ])('comes back spread over half as long again (%f)', (random, delay) => {
    const played = new PlayedPair().crm({ value: 'v1' });
    played.random = random;
    played.answer({ kind: 'deferred', retryAfterMs: 10_000, reason: 'pace' });
    expect((played.state.current?.dueAt ?? 0) - played.now).toBe(delay);
  });

  it('does not count as one that may have happened', () => {
    const played = inStep('v1')
      .crm({ value: 'v2' })
      .answer({ kind: 'deferred', retryAfterMs: 1, reason: 'pace' });
    expect(played.state.sides.erp.unsettled).toBe(false);
  });

  it('may have happened when nothing guarded it: a second delivery may have been carried out before the answer came', () => {
    const played = inStep('v1', { toCrm: null })
      .crm({ value: 'v2' })
      .answer({ kind: 'deferred', retryAfterMs: 5_000, reason: 'pace' })
      .crm({ value: 'v1' });
    expect(played.message).toMatchObject({ operation: 'update', record: { master: { value: 'v1' } } });
  });
});

describe('a failure that a person has to act on', () => {
  it.each(['rejected', 'broken'] as const)('ends the sync at once when it is %s', (kind) => {
    const played = new PlayedPair()
      .crm({ value: 'v1' })
      .answer({ kind, code: '17', message: 'credit limit' });
    expect(played.outcome).toMatchObject({
      status: 5,
      errorClass: kind,
      errorCode: '17',
      errorMessage: 'credit limit',
    });
    expect(played.state).toMatchObject({ current: null, status: 1, lastSyncStatus: 5 });
  });

  it('keeps the change to be tried again, as a new sync that is forced', () => {
    const played = new PlayedPair()
      .crm({ value: 'v1' })
      .answer({ kind: 'rejected', code: '17', message: 'no' })
      .retry();
    expect(played.reply).toMatchObject({ ok: true, changed: true });
    expect(played.message).toMatchObject({ operation: 'create', attempt: 1 });
    expect(played.state.current?.change).toMatchObject({ forced: true });
  });

  it('lets what waits go on', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).crm({ value: 'v2' });
    played.answer({ kind: 'rejected', code: '17', message: 'no' });
    expect(played.message).toMatchObject({ operation: 'create', record: { master: { value: 'v2' } } });
  });

  it('is resolved by the next success', () => {
    const played = new PlayedPair()
      .crm({ value: 'v1' })
      .answer({ kind: 'rejected', code: '17', message: 'no' });
    const failed = played.outcome.syncId;
    played.crm({ value: 'v2' }).accept();
    expect(played.effects).toContainEqual(
      expect.objectContaining({
        kind: 'history',
        syncId: failed,
        set: { resolvedBy: played.outcome.syncId },
      }),
    );
    expect(played.state).toMatchObject({ unresolved: [], failed: {} });
  });

  it('cannot be tried again while something newer is under way', () => {
    const played = new PlayedPair()
      .crm({ value: 'v1' })
      .answer({ kind: 'rejected', code: '17', message: 'no' });
    expect(played.crm({ value: 'v2' }).retry().reply).toMatchObject({ ok: false });
    expect(new PlayedPair().crm({ value: 'v1' }).accept().retry().reply).toMatchObject({
      ok: false,
      why: 'notFound',
    });
  });

  it('makes the newest state of the ERP be asked for, as the write may have happened', () => {
    const played = inStep('v1').crm({ value: 'v2' }).answer({ kind: 'rejected', code: '17', message: 'no' });
    expect(played.erp({ value: 'v3' }, { number: 900 }).message).toMatchObject({ operation: 'read' });
  });
});

describe('a write to the CRM', () => {
  const toCrm = () => new PlayedPair({ beganOn: 'erp' }).erp({ value: 'v1' });

  it('is refused for good unless the code says that it may succeed later', () => {
    expect(
      toCrm().crmAnswers({ success: false, errorCode: 'dup', errorMessage: 'duplicate' }).outcome,
    ).toMatchObject({
      status: 5,
      errorClass: 'rejected',
      errorMessage: 'duplicate',
    });
  });

  it.each(['429', '503'])(
    'is tried again on %s, under a new id: the CRM answers one id always the same',
    (errorCode) => {
      const played = toCrm();
      const { writeId } = played.message;
      expect(played.crmAnswers({ success: false, errorCode }).state.lastSyncStatus).toBe(4);
      expect(played.untilDue().message.writeId).toBe(`${writeId}.2`);
      expect(played.crmAnswers().outcome).toMatchObject({ status: 6 });
    },
  );

  it('is sent once more under the same id when nobody answers, at growing intervals', () => {
    const played = toCrm();
    const { writeId } = played.message;
    const pauses = [60_000, 120_000, 300_000].map((pause) => {
      expect((played.state.current?.dueAt ?? 0) - played.now).toBe(pause);
      return played.untilDue().message.writeId;
    });
    expect(new Set(pauses)).toEqual(new Set([writeId]));
  });

  it('fails when the CRM says success without an id on a create', () => {
    expect(toCrm().crmAnswers({ dataId: null }).outcome).toMatchObject({ status: 5, errorCode: 'no-id' });
  });

  it('carries a revision that rises', () => {
    const played = toCrm();
    const { revision } = played.message;
    played.crmAnswers();
    expect(played.erp({ value: 'v2' }).message.revision).toBeGreaterThan(revision);
  });

  it('goes to a person when the id that comes back belongs to another row', () => {
    const played = toCrm();
    played.owners.set('A1', 'f'.repeat(32));
    expect(played.crmAnswers().outcome).toMatchObject({ status: 10, errorCode: 'owned-by-another' });
  });
});
