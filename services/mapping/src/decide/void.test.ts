import { inStep, PlayedPair, rowIdOfOthers } from '../testing/played-pair.ts';

const voided = 3;
const inForce = 1;
const asVoid = { operation: 'void' } as const;

/** A pair that a person voided in the CRM, which the ERP has followed. */
const voidedPair = (value = 'v1') => inStep(value).crm({ value }, asVoid).accept();

describe('a void', () => {
  it('is sent to the ERP as one, without rows, and ends in status 3', () => {
    const played = inStep('v1').crm({ value: 'v1', rows: { r1: 'a' } }, asVoid);
    expect(played.message).toMatchObject({ operation: 'void', dataId: 'C1', record: { details: {} } });
    expect(played.state.status).toBe(inForce);
    expect(played.accept().state).toMatchObject({ status: voided, lastSyncStatus: 6 });
  });

  it('is sent to the CRM as invalid', () => {
    const played = inStep('v1', { beganOn: 'erp' }).erp({ value: 'v1' }, asVoid);
    expect(played.message).toMatchObject({ operation: 'invalid', dataId: 'A1' });
    expect(played.crmAnswers().state.status).toBe(voided);
  });

  it('that says nothing but its id empties nothing on the other side', () => {
    const body = { record: { master: {}, details: {} } };
    const played = inStep('v1', { beganOn: 'erp' }).erp({}, { ...asVoid, body });
    expect(played.message).toMatchObject({ operation: 'invalid', dataId: 'A1' });
    expect((played.message as { data?: unknown }).data).toEqual({});
    expect(inStep('v1', { beganOn: 'erp' }).erp({ value: 'v1' }, asVoid).message).toMatchObject({
      data: { value: 'v1' },
    });
  });

  it('follows an open create', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).crm({ value: 'v1' }, asVoid);
    expect(played.sent).toEqual([]);
    expect(played.accept().message).toMatchObject({ operation: 'void', dataId: 'C1' });
  });

  it('follows a create of the opposite stream that may have made the record', () => {
    const played = new PlayedPair({ beganOn: 'erp' });
    played.openCreates = [{ rowId: rowIdOfOthers, match: null, openedAt: 1 }];
    expect(played.erp({ value: 'v1' }, asVoid).phase).toBe('openWait');
    played.owner = rowIdOfOthers;
    expect(played.wake().effects).toContainEqual(
      expect.objectContaining({ kind: 'forward', rowId: rowIdOfOthers }),
    );
  });

  it('of an unknown record leaves a row with status 3, and nothing is sent', () => {
    const played = new PlayedPair().crm({ value: 'v1' }, asVoid);
    expect(played).toMatchObject({ sent: [], phase: null });
    expect(played.state.status).toBe(voided);
    expect(played.outcome).toMatchObject({ status: 7, errorCode: 'voided' });
  });

  it('ends a create that was not carried out yet, and what failed of it', () => {
    const played = new PlayedPair()
      .crm({ value: 'v1' })
      .answer({ kind: 'rejected', code: 'x', message: 'x' });
    played.crm({ value: 'v1' }, asVoid);
    expect(played.state).toMatchObject({ status: voided, failed: {} });
    expect(new PlayedPair().crm({ value: 'v1' }).busy().crm({ value: 'v1' }, asVoid)).toMatchObject({
      phase: null,
    });
  });

  it('is not repeated where it stands', () => {
    const played = voidedPair().crm({ value: 'v1' }, { ...asVoid, fingerprint: 'another' });
    expect(played.sent).toEqual([]);
    expect(played.outcome).toMatchObject({ status: 7, errorMessage: 'It is voided already.' });
  });

  it('comes back from the other side without a new write', () => {
    const played = voidedPair().erp({ value: 'v1' }, { ...asVoid, number: 900 });
    expect(played).toMatchObject({ sent: [] });
  });

  it('needs no more than the id: what does not map any more can be voided', () => {
    const played = inStep('v1');
    played.mapped.set('v2', { kind: 'filtered' });
    expect(played.crm({ value: 'v2' }, asVoid).message).toMatchObject({ operation: 'void', dataId: 'C1' });
  });

  it('that the triggers do not allow is skipped, and what was under way goes on', () => {
    const played = inStep('v1', { toErp: { triggers: ['create', 'update'] } })
      .crm({ value: 'v2' })
      .busy();
    played.crm({ value: 'v2' }, asVoid);
    expect(played.outcome).toMatchObject({ status: 7, errorCode: 'not-triggered' });
    expect(played.untilDue().message).toMatchObject({ operation: 'update' });
  });

  it('that was not answered is sent again: a reading does not show it', () => {
    const played = inStep('v1').crm({ value: 'v1' }, asVoid).unanswered();
    expect(played.phase).toBe('retry');
    expect(played.untilDue().message).toMatchObject({ operation: 'void' });
  });

  it('that failed is not settled by a change that says nothing of it', () => {
    const played = inStep('v1')
      .crm({ value: 'v1' }, asVoid)
      .answer({ kind: 'rejected', code: 'x', message: 'x' });
    played.crm({ value: 'v2' }, { via: 'integration' }).accept();
    expect(played.state.failed.crm).toMatchObject(asVoid);
    expect(played.retry().message).toMatchObject({ operation: 'void' });
  });

  it('that came from the ERP and was older than our write there is sent there again', () => {
    const played = inStep('v1').crm({ value: 'v2' }).accept();
    played.erp({ value: 'v1' }, { ...asVoid, number: played.erpNumber - 5 });
    expect(played.message).toMatchObject({ operation: 'invalid' });
    const causedBy = played.message.writeId;
    played.crmAnswers().crm({ value: 'v1' }, { ...asVoid, via: 'integration', causedBy });
    expect(played.message).toMatchObject({ operation: 'void', dataId: 'C1' });
  });
});

describe('a voided pair', () => {
  it.each(['poll', 'fetch'] as const)('skips what is only seen (%s)', (via) => {
    const played = voidedPair().erp({ value: 'v2' }, { via, number: 900 });
    expect(played).toMatchObject({ sent: [] });
    expect(played.outcome).toMatchObject({ status: 7, errorCode: 'voided' });
    expect(played.state).toMatchObject({ status: voided, lastSyncStatus: 6 });
  });

  it('skips a change by an integration', () => {
    expect(voidedPair().crm({ value: 'v2' }, { via: 'integration' })).toMatchObject({ sent: [] });
  });

  it('is taken back by a recover; to the ERP that is an update without operationType', () => {
    const played = voidedPair().crm({ value: 'v1' }, { operation: 'recover', via: 'integration' });
    expect(played.message).toMatchObject({ operation: 'recover', dataId: 'C1' });
    expect(played.state.status).toBe(voided);
    expect(played.accept().state.status).toBe(inForce);
  });

  it('is taken back by a change of a user', () => {
    expect(voidedPair().crm({ value: 'v2' }).message).toMatchObject({ operation: 'recover' });
  });

  it('is taken back by a newer push; to the CRM that is a recover', () => {
    expect(voidedPair().erp({ value: 'v2' }, { number: 900 }).message).toMatchObject({
      operation: 'recover',
      dataId: 'A1',
    });
  });

  it('is not taken back by a push from before our void was answered', () => {
    const played = voidedPair();
    played.erp({ value: 'v2' }, { number: played.erpNumber - 5 });
    expect(played).toMatchObject({ sent: [] });
    expect(played.state.status).toBe(voided);
  });

  it('is created when it was not before and comes back', () => {
    const played = new PlayedPair()
      .crm({ value: 'v1' }, asVoid)
      .crm({ value: 'v1' }, { operation: 'recover' });
    expect(played.message).toMatchObject({ operation: 'create' });
  });

  it('has what it skipped compared in full when it is in force again', () => {
    const played = voidedPair();
    played.erp({ value: 'v1', key: 'K2' }, { via: 'poll', number: played.erpNumber + 1 });
    played.crm({ value: 'v1' }).accept();
    expect(played.message).toMatchObject({ operation: 'read' });
    const { message } = played.shows({ value: 'v1', key: 'K2' });
    expect(message).toMatchObject({ operation: 'update', data: { key: 'K2' } });
  });

  it('is recovered only once while that is put off and polls come', () => {
    const played = voidedPair()
      .erp({ value: 'v2' }, { number: 900 })
      .crmAnswers({ success: false, errorCode: '429' });
    played.erp({ value: 'v3' }, { via: 'poll', number: 901 });
    expect(played.message).toMatchObject({ operation: 'recover', data: { value: 'v3' } });
  });
});

describe('a void that has not been carried out', () => {
  const waiting = () =>
    inStep('v1')
      .crm({ value: 'v2' })
      .erp({ value: 'v1' }, { ...asVoid, number: 900 });

  it('is not replaced by a poll, which does not tell', () => {
    const played = waiting().erp({ value: 'v3' }, { via: 'poll', number: 901 });
    expect(played.state.waiting.erp).toMatchObject(asVoid);
    expect(played.outcome).toMatchObject({ status: 7, errorCode: 'voided' });
  });

  it('is replaced by a push', () => {
    const played = waiting().erp({ value: 'v3' }, { number: 901 });
    expect(played.state.waiting.erp).toMatchObject({ operation: 'upsert' });
  });

  it('still counts when it comes after a poll that is newer', () => {
    const played = inStep('v1').erp({ value: 'v2' }, { via: 'poll', number: 901 }).crmAnswers();
    played.erp({ value: 'v1' }, { ...asVoid, number: 900 });
    expect(played.message).toMatchObject({ operation: 'invalid' });
  });

  it('is not replaced by a poll while it waits for its next attempt', () => {
    const played = inStep('v1')
      .erp({ value: 'v1' }, { ...asVoid, number: 900 })
      .crmAnswers({ success: false, errorCode: '429' });
    played.erp({ value: 'v3' }, { via: 'poll', number: 901 });
    expect(played.state.current).toMatchObject({ phase: 'retry', change: asVoid });
  });

  it('gives way to a newer push of the other side, which takes it back', () => {
    const played = inStep('v1')
      .crm({ value: 'v1' }, asVoid)
      .answer({ kind: 'deferred', retryAfterMs: 5_000, reason: 'pace' });
    played.erp({ value: 'v2' }, { number: 900 }).shows({ value: 'v2' }, 950);
    expect(played.message).toMatchObject({
      operation: 'recover',
      dataId: 'A1',
    });
  });

  it('makes the next change a recover when it may have happened all the same', () => {
    const played = inStep('v1').crm({ value: 'v1' }, asVoid).busy();
    expect(played.crm({ value: 'v2' }).message).toMatchObject({ operation: 'recover' });
  });

  it('makes even what says nothing new a recover then', () => {
    const played = inStep('v1').crm({ value: 'v1' }, asVoid).busy();
    played.erp({ value: 'v1' }, { number: 900 }).shows({ value: 'v1' });
    expect(played.crm({ value: 'v1' }).message).toMatchObject({ operation: 'recover' });
  });

  it('counts a push that comes again as new as its last arrival', () => {
    const played = inStep('v1').crm({ value: 'v1' }, asVoid);
    played.erp({ value: 'v2' }, { number: played.erpNumber + 1 });
    played.erp({ value: 'v2' }, { number: 900 });
    expect(played.accept().message).toMatchObject({
      operation: 'recover',
      dataId: 'A1',
      data: { value: 'v2' },
    });
  });
});
