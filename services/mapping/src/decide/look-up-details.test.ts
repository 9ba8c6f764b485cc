import { inStep, PlayedPair } from '../testing/played-pair.ts';

const rows = { r1: 'a', r2: 'b' };
const created = () => new PlayedPair().crm({ value: 'v1', rows });
const pairs = (...ids: [crm: string, erp: string][]) => ({
  'ContactObj|BD_Contact': ids.map(([crm, erp]) => ({ crm, erp })),
});

describe('the ids of detail rows', () => {
  it('come back in order on create', () => {
    const played = created().accept(['e1', 'e2']);
    expect(played.outcome).toMatchObject({ status: 6, errorClass: null });
    expect(played.state.details).toEqual(pairs(['r1', 'e1'], ['r2', 'e2']));
  });

  it('go with the rows of an update; those that the mapping has not met are added', () => {
    const played = created()
      .accept(['e1', 'e2'])
      .crm({ value: 'v1', rows: { ...rows, r3: 'c' } });
    const sent = played.message.record?.details['BD_Contact'];
    expect(sent?.map((row) => row['id'])).toEqual(['e1', 'e2', undefined]);
    expect(played.accept(['e1', 'e2', 'e3']).state.details).toEqual(
      pairs(['r1', 'e1'], ['r2', 'e2'], ['r3', 'e3']),
    );
  });

  it('are looked up once when another count comes back', () => {
    const played = created().accept(['e1']);
    expect(played.message).toMatchObject({ operation: 'read', dataId: 'C1' });
    played.shows({ value: 'v1', rows: { e1: 'a', e2: 'b' } });
    expect(played.outcome).toMatchObject({ status: 6, errorClass: null });
    expect(played.state.details).toEqual(pairs(['r1', 'e1'], ['r2', 'e2']));
  });

  it('stay unknown when the ERP shows another count: the sync is partial', () => {
    const played = created()
      .accept([])
      .shows({ value: 'v1', rows: { e1: 'changed' } });
    expect(played.outcome).toMatchObject({ status: 6, errorClass: 'partial', errorCode: 'details-unpaired' });
    expect(played.state.details).toEqual(pairs(['r1', ''], ['r2', '']));
  });

  it.each(['rejected', 'broken'] as const)('stay unknown when the ERP cannot be asked (%s)', (kind) => {
    expect(created().accept([]).answer({ kind, code: 'x', message: 'x' }).outcome).toMatchObject({
      errorClass: 'partial',
    });
  });

  it('are asked for again while the ERP is busy, but not for ever', () => {
    const played = created().accept([]);
    for (let i = 0; i < 20 && played.phase === 'details'; i += 1) played.busy().untilDue();
    expect(played.outcome).toMatchObject({ status: 6, errorClass: 'partial' });
  });

  it('are asked for again when the ERP does not show the record yet, but not for ever', () => {
    const seen = created().accept([]).shows(null).untilDue();
    expect(seen.message).toMatchObject({ operation: 'read', dataId: 'C1' });
    expect(seen.shows({ value: 'v1', rows: { e1: 'a', e2: 'b' } }).state.details).toEqual(
      pairs(['r1', 'e1'], ['r2', 'e2']),
    );
    const unseen = created().accept([]);
    for (let i = 0; i < 20 && unseen.phase === 'details'; i += 1) unseen.shows(null).untilDue();
    expect(unseen.outcome).toMatchObject({ status: 6, errorClass: 'partial' });
  });

  it('are not given up while the question is only put off', () => {
    const played = created().accept([]);
    for (let i = 0; i < 20; i += 1)
      played.answer({ kind: 'deferred', retryAfterMs: 10_000, reason: 'pace' }).untilDue();
    expect(played.message).toMatchObject({ operation: 'read' });
  });

  it('let no row go as new again once the sync was partial', () => {
    const played = created().accept([]).shows({ value: 'v1' });
    played.crm({ value: 'v2', rows });
    expect(played.message.record?.details).toEqual({});
    expect(played.told).toContain(
      '2 detail rows are not sent: the other side may have them under ids that are not known.',
    );
  });

  it('are learnt from the ERP’s next snapshot, by what the rows hold', () => {
    const played = created().accept([]).shows({ value: 'v1' });
    played.erp({ value: 'v2', rows: { e1: 'a', e2: 'b' } }, { number: 900 });
    expect(played.message.details['ContactObj']?.map((row) => row['_id'])).toEqual(['r1', 'r2']);
    expect(played.crmAnswers({ detailDataIds: { ContactObj: ['r1', 'r2'] } }).state.details).toEqual(
      pairs(['r1', 'e1'], ['r2', 'e2']),
    );
  });

  it('are learnt too when that snapshot says nothing else', () => {
    const played = created()
      .accept([])
      .shows({ value: 'v1' })
      .erp({ value: 'v1', rows: { e1: 'a', e2: 'b' } }, { number: 900 });
    expect(played).toMatchObject({ sent: [], result: 'echo' });
    expect(played.state.details).toEqual(pairs(['r1', 'e1'], ['r2', 'e2']));
  });

  it('of a create that was found are looked up', () => {
    const played = created().unanswered().untilDue().found('C1');
    expect(played.message).toMatchObject({ operation: 'read', dataId: 'C1' });
    expect(played.shows({ value: 'v1', rows: { e1: 'a', e2: 'b' } }).state.details).toEqual(
      pairs(['r1', 'e1'], ['r2', 'e2']),
    );
  });

  it('that the CRM does not tell make the sync partial', () => {
    const played = new PlayedPair({ beganOn: 'erp' }).erp({ value: 'v1', rows: { e1: 'a' } }).crmAnswers();
    expect(played.outcome).toMatchObject({ status: 6, errorClass: 'partial' });
    expect(played.state.details).toEqual(pairs(['', 'e1']));
  });
});

describe('a row that is gone from the source', () => {
  it('is not sent; the history says so', () => {
    const played = created()
      .accept(['e1', 'e2'])
      .crm({ value: 'v2', rows: { r1: 'a' } });
    expect(played.message.record?.details['BD_Contact']).toHaveLength(1);
    expect(played.told).toContain('1 detail rows are gone from the source; they stay on the other side.');
  });

  it('does not make the other side lose all when it was the last', () => {
    const played = created().accept(['e1', 'e2']).crm({ value: 'v2', rows: {} });
    expect(played.message.record?.details).toEqual({});
  });
});

describe('an echo with rows', () => {
  it('is one when the rows are there with these values', () => {
    const played = created()
      .accept(['e1', 'e2'])
      .erp({ value: 'v2', rows: { e1: 'a', e2: 'b' } }, { number: 900 });
    played.crmAnswers({ success: false, errorCode: 'x' });
    expect(played.crm({ value: 'v2', rows })).toMatchObject({ sent: [], result: 'echo' });
  });

  it('is none when a row changed or came', () => {
    const played = () =>
      inStep('v1')
        .crm({ value: 'v1', rows: { r1: 'a' } })
        .accept(['e1']);
    expect(played().crm({ value: 'v1', rows: { r1: 'b' } }).message).toMatchObject({ operation: 'update' });
    expect(played().crm({ value: 'v1', rows: { r1: 'a', r2: 'b' } }).message).toMatchObject({
      operation: 'update',
    });
  });
});
