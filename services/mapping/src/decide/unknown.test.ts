import type { Phase } from '../current.ts';
import { PlayedPair, inStep, rowIdOfOthers, type PlayedOptions } from '../testing/played-pair.ts';

const createSettleMs = 60_000;

/** A create that nobody answered. */
const open = (options: PlayedOptions = {}) => new PlayedPair(options).crm({ value: 'v1' }).unanswered();

/** Asks until the settling time is over, and nothing is found. */
function settleEmpty(played: PlayedPair): PlayedPair {
  const end = played.now + createSettleMs;
  while (played.phase === 'unknown' && played.now < end + 60_000) played.untilDue().found();
  return played;
}

describe('a create whose outcome is unknown', () => {
  it('is asked about before anything is sent again', () => {
    const played = open();
    expect(played).toMatchObject({ phase: 'unknown', sent: [] });
    expect(played.state.status).toBe(2);
    expect(played.untilDue().message).toMatchObject({
      operation: 'find',
      guarded: false,
      match: [{ field: 'key', value: 'K1' }],
    });
  });

  it('is asked about over the time of the attempt', () => {
    const played = open();
    const from = played.now - 101;
    expect(played.untilDue().message).toMatchObject({ attemptedFrom: from, attemptedTo: from + 100 });
  });

  it('is not asked about before the pusher allows it', () => {
    const played = new PlayedPair().crm({ value: 'v1' });
    const askAfter = played.now + 30_000;
    const { now } = played;
    played.answer({
      kind: 'unknown',
      code: 'x',
      message: 'x',
      attemptedFrom: now,
      attemptedTo: now,
      askAfter,
    });
    expect(played.state.current?.dueAt).toBe(askAfter);
  });

  it('is asked about at growing intervals', () => {
    const played = open();
    const pauses: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const before = played.now;
      played.untilDue();
      pauses.push(played.now - before);
      played.found();
    }
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBeLessThan(2_000);
  });

  it('is adopted when one is found', () => {
    const played = open().untilDue().found('C7');
    expect(played.outcome).toMatchObject({ status: 6, dest: { dataId: 'C7' } });
    expect(played.state).toMatchObject({ current: null, status: 1 });
  });

  it('is sent again with the same id only when nothing was found after the settling time', () => {
    const played = open();
    const { syncId } = played.lastErpMessage;
    const begun = played.now;
    settleEmpty(played);
    expect(played.phase).toBe('retry');
    expect(played.now - begun).toBeGreaterThanOrEqual(createSettleMs);
    expect(played.untilDue().message).toMatchObject({ operation: 'create', syncId, attempt: 2 });
  });

  it('lets the settling end in time for one question more', () => {
    expect(settleEmpty(open()).now - 1_000_000).toBeLessThan(createSettleMs + 20_000);
  });

  it('uses one attempt, however often it was asked about', () => {
    expect(settleEmpty(open()).state.current?.attempts).toBe(1);
  });

  it('is asked about from the first attempt on when the second is not answered either', () => {
    const played = open().untilDue();
    const { attemptedFrom } = played.message;
    settleEmpty(played).untilDue().unanswered().untilDue();
    expect(played.message).toMatchObject({ operation: 'find', attemptedFrom });
    expect(played.message.attemptedTo).toBeGreaterThan((attemptedFrom ?? 0) + createSettleMs);
  });

  it('goes to a person with the candidates when several are found', () => {
    const played = open().untilDue().found('C7', 'C8');
    expect(played.state.current).toMatchObject({ phase: 'person', candidates: ['C7', 'C8'] });
    expect(played.outcome).toMatchObject({ status: 10, errorClass: 'unknown', errorCode: 'several-found' });
    expect(played.outcome.errorMessage).toContain('C7, C8');
  });

  it('goes to a person when the one that is found belongs to another row', () => {
    const played = open();
    played.owners.set('C7', rowIdOfOthers);
    expect(played.untilDue().found('C7').outcome).toMatchObject({
      status: 10,
      errorCode: 'owned-by-another',
    });
    expect(played.state.sides.erp.id).toBe('');
  });

  it('takes the answer when that comes after all', () => {
    const played = open();
    const write = { operation: 'create', attempt: 1 } as const;
    played.untilDue().answer({ kind: 'accepted', dataId: 'C1', detailIds: {}, order: 1 }, write);
    expect(played.outcome).toMatchObject({ status: 6 });
  });

  it('stays unknown, and no attempt more is used, when the same is reported again', () => {
    const played = open();
    const { attempts } = played.state.current ?? {};
    expect(played.unanswered().state.current).toMatchObject({ phase: 'unknown', attempts, asks: 0 });
  });

  it('is settled before a newer change is sent', () => {
    const played = open().crm({ value: 'v2' });
    expect(played).toMatchObject({ phase: 'unknown', sent: [] });
    expect(played.untilDue().found('C1').message).toMatchObject({
      operation: 'update',
      record: { master: { value: 'v2' } },
    });
  });

  it('is asked about later when the question fails, and that is no failed attempt', () => {
    const played = open().untilDue().busy();
    expect(played.state.current).toMatchObject({ phase: 'unknown', attempts: 0 });
    expect(played.untilDue().message).toMatchObject({ operation: 'find' });
  });

  it('is not counted as asked about when the question was put off', () => {
    const played = open().untilDue();
    for (let i = 0; i < 60; i += 1)
      played.answer({ kind: 'deferred', retryAfterMs: 1_000, reason: 'pace' }).untilDue();
    expect(played.phase).toBe('unknown');
  });

  it('goes to a person after many questions without a clear answer', () => {
    const played = open();
    for (let i = 0; i < 60 && played.phase === 'unknown'; i += 1) played.untilDue().busy();
    expect(played).toMatchObject({ phase: 'person' });
  });
});

describe('a create that cannot be asked about', () => {
  const blind: PlayedOptions = { toErp: { canFind: false } };
  const resend: PlayedOptions = { toErp: { canFind: false, onUnknownCreate: 'resend' } };

  it('waits for a person when the data center says hold', () => {
    expect(open(blind).outcome).toMatchObject({ status: 10, errorClass: 'unknown', errorCode: 'timeout' });
  });

  it('is one whose match values are empty', () => {
    expect(new PlayedPair().crm({ value: 'v1', key: '' }).unanswered()).toMatchObject({ phase: 'person' });
  });

  it('is one of which the ERP refuses the question', () => {
    const played = open()
      .untilDue()
      .answer({ kind: 'broken', code: 'no-query', message: 'there is no such call' });
    expect(played.phase).toBe('person');
  });

  it('is sent again under its own id when the data center says resend', () => {
    const played = open(resend);
    const { syncId } = played.lastErpMessage;
    expect(played.state).toMatchObject({ lastSyncStatus: 4, status: 2 });
    expect(played.untilDue().message).toMatchObject({ operation: 'create', syncId, attempt: 2 });
  });

  it('keeps its place meanwhile: under another id the record could be made twice', () => {
    const played = open(resend).crm({ value: 'v2' });
    expect(played.sent).toEqual([]);
    expect(played.untilDue().message).toMatchObject({
      operation: 'create',
      record: { master: { value: 'v1' } },
    });
    expect(played.accept().message).toMatchObject({
      operation: 'update',
      record: { master: { value: 'v2' } },
    });
  });

  it.each<[string, (played: PlayedPair) => PlayedPair, Phase]>([
    ['was not carried out this time', (played) => played.busy(), 'resend'],
    [
      'was put off',
      (played) => played.answer({ kind: 'deferred', retryAfterMs: 1_000, reason: 'pace' }),
      'resend',
    ],
    [
      'is refused, perhaps for being there already',
      (played) => played.answer({ kind: 'rejected', code: '409', message: 'it exists' }),
      'person',
    ],
  ])('stays in doubt when it %s', (_how, then, phase) => {
    expect(then(open(resend).untilDue()).phase).toBe(phase);
  });

  it('goes to a person when the attempts are spent', () => {
    const played = open(resend);
    for (let i = 0; i < 20 && played.phase !== 'person'; i += 1) played.untilDue().busy();
    expect(played.outcome).toMatchObject({ status: 10 });
    expect(played.state.failed.crm).toBeUndefined();
  });

  it('is not sent while its stream is off', () => {
    const played = open(resend);
    played.streams = new PlayedPair({ toErp: { enabled: false } }).streams;
    expect(played.untilDue()).toMatchObject({ phase: 'resend', sent: [] });
  });
});

describe('a record that waits for a person', () => {
  const person = () => open({ toErp: { canFind: false } });

  it('keeps newer changes waiting', () => {
    expect(person().crm({ value: 'v2' })).toMatchObject({ phase: 'person', sent: [] });
  });

  it.each(['transient', 'unknown', 'rejected'] as const)('is not sent again on a late %s', (kind) => {
    const times = { attemptedFrom: 1, attemptedTo: 2 };
    const played = person().answer({ kind, code: 'x', message: 'x', ...times }, { operation: 'create' });
    expect(played).toMatchObject({ phase: 'person', result: 'stale-result' });
  });

  it('is not sent again on the late answer to a question', () => {
    const played = open().untilDue().found('C7', 'C8').busy();
    expect(played).toMatchObject({ phase: 'person', result: 'stale-result' });
  });

  it('is done when the answer comes after all', () => {
    expect(person().accept().outcome).toMatchObject({ status: 6 });
  });

  it('cannot be tried again blindly', () => {
    expect(person().retry().reply).toMatchObject({ ok: false });
  });
});

describe('an update that was not answered', () => {
  const open = (options: PlayedOptions = {}) =>
    inStep('v1', options).crm({ value: 'v2' }).unanswered().untilDue();

  it('is looked for by reading the record', () => {
    expect(open().message).toMatchObject({ operation: 'read', dataId: 'C1' });
  });

  it('is done when the record shows it', () => {
    expect(open().shows({ value: 'v2' }).outcome).toMatchObject({ status: 6 });
  });

  it('is sent again when the record is as it was before', () => {
    const played = open().shows({ value: 'v1' });
    expect(played.state.current).toMatchObject({ phase: 'retry', attempts: 1 });
  });

  it('is done and the record is decided when a person changed it since', () => {
    const played = open().shows({ value: 'by hand' });
    expect(played.outcomes.at(-1)).toMatchObject({ status: 6, direction: 'crm-to-erp' });
    expect(played.message).toMatchObject({ objectApiName: 'AccountObj', data: { value: 'by hand' } });
  });

  it('is sent again when the record is gone', () => {
    expect(open().shows(null).phase).toBe('retry');
  });

  it('is sent again when the ERP cannot be asked: it makes nothing twice', () => {
    const played = open().answer({ kind: 'broken', code: 'no-query', message: 'x' });
    expect(played.phase).toBe('retry');
  });

  it('waits for a person instead when it adds rows', () => {
    const played = inStep('v1').crm({ value: 'v1', rows: { r1: 'a' } });
    expect(played.message).toMatchObject({ operation: 'update', guarded: true });
    played.unanswered().untilDue().answer({ kind: 'broken', code: 'no-query', message: 'x' });
    expect(played.phase).toBe('person');
  });

  it('is done when its new rows are there', () => {
    const played = inStep('v1')
      .crm({ value: 'v1', rows: { r1: 'a' } })
      .unanswered()
      .untilDue();
    played.shows({ value: 'v1', rows: { e1: 'a' } });
    expect(played.outcome).toMatchObject({ status: 6, errorClass: null });
    expect(played.state.details).toEqual({ 'ContactObj|BD_Contact': [{ crm: 'r1', erp: 'e1' }] });
  });

  it('is sent again when its new rows are not there', () => {
    const played = inStep('v1')
      .crm({ value: 'v1', rows: { r1: 'a' } })
      .unanswered()
      .untilDue();
    expect(played.shows({ value: 'v1' }).phase).toBe('retry');
  });

  it('is sent again when only a known row should have changed and did not', () => {
    const played = inStep('v1')
      .crm({ value: 'v1', rows: { r1: 'a' } })
      .accept(['e1']);
    played
      .crm({ value: 'v1', rows: { r1: 'b' } })
      .unanswered()
      .untilDue();
    expect(played.shows({ value: 'v1', rows: { e1: 'a' } }).phase).toBe('retry');
  });
});
