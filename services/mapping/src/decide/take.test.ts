import { inStep } from '../testing/played-pair.ts';

const skipped = 7;
const success = 6;

describe('echo', () => {
  it('skips a change whose mapped values differ in nothing from what was written there', () => {
    const played = inStep('v1').erp({ value: 'other' }, { number: 900 });
    played.crmAnswers({ success: false, errorCode: 'no' }).erp({ value: 'v1' }, { number: 901 });
    expect(played.sent).toEqual([]);
    expect(played.outcome).toMatchObject({ status: skipped, errorClass: null, errorCode: 'echo' });
    expect(played.state).toMatchObject({ lastSyncStatus: success, failed: {}, unresolved: [] });
  });

  it('skips a change that the newest snapshot of the target shows already', () => {
    const played = inStep('v1')
      .erp({ value: 'v2' }, { number: 900 })
      .crmAnswers({ success: false, errorCode: '1' });
    played.crm({ value: 'v2' });
    expect(played.sent).toEqual([]);
    expect(played.outcome).toMatchObject({ status: skipped, errorCode: 'echo' });
    expect(played.state.lastSyncStatus).toBe(success);
  });

  it('does not skip by origin alone: another ledger changed the record', () => {
    const played = inStep('v1').crm({ value: 'v2' }, { via: 'integration' });
    expect(played.message).toMatchObject({ operation: 'update' });
  });

  it('is not looked for while a write there may have happened', () => {
    const played = inStep('v1').crm({ value: 'v2' }).busy().crm({ value: 'v1' });
    expect(played.message).toMatchObject({ record: { master: { value: 'v1' } } });
  });

  it('is not looked for on a forced change', () => {
    const played = inStep('v1').erp({ value: 'v1' }, { forced: true });
    expect(played.message).toMatchObject({ objectApiName: 'AccountObj', operation: 'update' });
  });
});

describe('an event that names our own write as its cause', () => {
  it('is a repeat, also when the CRM spells the values its own way', () => {
    const played = inStep('v1').erp({ value: 'v2' }, { number: 900 });
    const causedBy = played.state.current?.change.syncId ?? '';
    played.crmAnswers().crm({ value: 'V2' }, { via: 'integration', causedBy });
    expect(played).toMatchObject({ result: 'repeat', effects: [] });
  });

  /** The ERP says v2; before it is written to the CRM, a person there says `mine`, of which mapping hears only later. */
  const overwritten = () => {
    const played = inStep('v1').erp({ value: 'v2' }, { number: 900 });
    const causedBy = played.state.current?.change.syncId ?? '';
    return { played: played.crm({ value: 'mine' }), causedBy };
  };

  it('gives way to what a person wrote before it, which goes to the ERP and then back to the CRM', () => {
    const { played, causedBy } = overwritten();
    played.crm({ value: 'v2' }, { via: 'integration', causedBy }).crmAnswers();
    expect(played.message).toMatchObject({ operation: 'update', record: { master: { value: 'mine' } } });
    expect(played.accept().message).toMatchObject({ operation: 'read' });
    expect(played.shows({ value: 'mine' }).message).toMatchObject({
      operation: 'update',
      data: { value: 'mine' },
    });
  });

  it('brings back to the CRM what a person wrote there and what went to the ERP before our write showed', () => {
    const { played, causedBy } = overwritten();
    played.crmAnswers().crm({ value: 'v2' }, { via: 'integration', causedBy });
    expect(played.accept().shows({ value: 'mine' }).message).toMatchObject({ data: { value: 'mine' } });
  });

  it('goes to the ERP after all when that cannot be asked', () => {
    const { played, causedBy } = overwritten();
    played.crmAnswers().crm({ value: 'v2' }, { via: 'integration', causedBy }).accept();
    played.answer({ kind: 'rejected', code: 'no-such-call', message: 'no' }).untilDue();
    expect(played.message).toMatchObject({ operation: 'update', record: { master: { value: 'v2' } } });
  });
});

describe('a snapshot of the CRM that may be older than our last write there', () => {
  it('makes nothing an echo that differs from that write', () => {
    const played = inStep('v1', { beganOn: 'erp', toErp: null }).erp({ value: 'v2' }).crmAnswers();
    played.crm({ value: 'v1' }, { via: 'integration', causedBy: '' });
    expect(played.erp({ value: 'v1' }).message).toMatchObject({ operation: 'update', data: { value: 'v1' } });
  });
});

describe('a change while the other side’s rests', () => {
  /** A CRM edit whose write was put off. */
  const putOff = (options = {}) =>
    inStep('v1', options)
      .crm({ value: 'v2' })
      .answer({ kind: 'deferred', retryAfterMs: 5_000, reason: 'pace' });

  /** A push that meets it, which the ERP says is what it holds. */
  const meets = (options = {}, value = 'v3') => {
    const played = putOff(options).erp({ value }, { number: 900 });
    expect(played.message).toMatchObject({ operation: 'read', dataId: 'C1' });
    return played.shows({ value }, 950);
  };

  it('takes its place when it is written, and the ERP still says so', () => {
    const played = meets();
    expect(played.message).toMatchObject({ objectApiName: 'AccountObj', data: { value: 'v3' } });
    expect(played.outcome).toMatchObject({ status: 8, direction: 'crm-to-erp' });
  });

  it('lets it go on as it was when it comes to nothing', () => {
    const toCrm = { triggers: ['create'] };
    const { current } = putOff({ toCrm }).state;
    const played = meets({ toCrm });
    expect(played.outcome).toMatchObject({ status: skipped, errorCode: 'not-triggered' });
    expect(played.state.current).toEqual(current);
    expect(played.state.lastSyncStatus).toBe(4);
    expect(played.untilDue().message).toMatchObject({
      operation: 'update',
      record: { master: { value: 'v2' } },
    });
  });

  it('lets it go on when it says nothing new', () => {
    const played = putOff().erp({ value: 'v1' }, { number: 900 });
    expect(played).toMatchObject({ result: 'unchanged', phase: 'retry' });
  });

  it('goes on when the push was long on its way, and the ERP holds our own write by now', () => {
    const played = putOff().erp({ value: 'late' }, { number: 900 }).shows({ value: 'v1' }, 950);
    expect(played).toMatchObject({ phase: 'retry', sent: [] });
    expect(played.untilDue().message).toMatchObject({
      operation: 'update',
      record: { master: { value: 'v2' } },
    });
  });

  it('goes on when a late push was taken and the ERP shows what the CRM wrote before', () => {
    const played = inStep('v1').crm({ value: 'v2' }).accept().erp({ value: 'late' }, { number: 900 });
    played.crm({ value: 'v3' }).erp({ value: 'v2' }, { number: 901, via: 'poll' });
    expect(played.crmAnswers().message).toMatchObject({
      operation: 'update',
      record: { master: { value: 'v3' } },
    });
    const alone = inStep('v1').crm({ value: 'v2' }).accept().erp({ value: 'late' }, { number: 900 });
    alone.erp({ value: 'v2' }, { number: 901, via: 'poll' });
    expect(alone.crmAnswers().message).toMatchObject({ objectApiName: 'AccountObj', data: { value: 'v2' } });
  });

  it('is met by a poll as it was polled', () => {
    const played = putOff().erp({ value: 'v3' }, { number: 900, via: 'poll' });
    expect(played.message).toMatchObject({ objectApiName: 'AccountObj', data: { value: 'v3' } });
  });

  it('waits behind it while its own stream is off, and is held then', () => {
    const played = putOff({ toCrm: { enabled: false } }).erp({ value: 'v3' }, { number: 900 });
    expect(played.phase).toBe('retry');
    played.untilDue().accept().shows({ value: 'v2' });
    expect(played.state.lastSyncStatus).toBe(9);
    expect(played.state.current).toMatchObject({ phase: 'held', change: { side: 'erp' } });
  });

  it('has what was overtaken compared in full when its side speaks again', () => {
    const played = meets();
    const causedBy = played.state.current?.change.syncId ?? '';
    played.crmAnswers().crm({ value: 'v3', parent: '', key: 'K2' }, { via: 'integration', causedBy });
    expect(played.message).toMatchObject({ operation: 'update', record: { master: { key: 'K2' } } });
  });

  it('has the ERP read again when a CRM change was written over what it said', () => {
    const played = inStep('v1', { beganOn: 'erp' }).erp({ value: 'v2', key: 'K2' });
    played.crmAnswers({ success: false, errorCode: '429' }).crm({ value: 'v3' });
    expect(played.message).toMatchObject({ operation: 'update', dataId: 'C1' });
    expect(played.accept().message).toMatchObject({ operation: 'read' });
    played.shows({ value: 'v3', key: 'K2' });
    expect(played.message).toMatchObject({ objectApiName: 'AccountObj', data: { value: 'v3', key: 'K2' } });
  });
});

describe('an ERP record that may be older than our last write there', () => {
  it('is read again before it is decided', () => {
    const played = inStep('v1').crm({ value: 'v2' }).accept();
    played.erp({ value: 'v1' }, { number: played.erpNumber - 1 });
    expect(played.message).toMatchObject({ operation: 'read', dataId: 'C1' });
    expect(played.shows({ value: 'v2' })).toMatchObject({ phase: null, sent: [] });
  });

  it('is not when it shows what was written', () => {
    const played = inStep('v1').crm({ value: 'v2' }).accept();
    expect(played.erp({ value: 'v2' }, { number: played.erpNumber - 1 })).toMatchObject({
      result: 'unchanged',
    });
  });

  it('is ignored where no stream leads out of the ERP', () => {
    const played = inStep('v1', { toCrm: null }).crm({ value: 'v2' }).accept();
    played.erp({ value: 'v1' }, { number: played.erpNumber - 1 });
    expect(played).toMatchObject({ result: 'no-stream', phase: null });
    expect(played.state.sides.erp.known?.fields['value']).toBe('v2');
  });

  it('leaves what rests aside, and that goes on if there is no news', () => {
    const played = inStep('v1').crm({ value: 'v2' }).busy();
    played.erp({ value: 'v0' }, { number: 900 });
    expect(played.phase).toBe('reread');
    played.shows({ value: 'v1' });
    expect(played.state.current).toMatchObject({ phase: 'retry', attempts: 1, change: { side: 'crm' } });
  });
});
