import type { Link } from './facts.ts';
import { inStep, PlayedPair } from '../testing/played-pair.ts';

const rejected = { kind: 'rejected', code: '17', message: 'FName is too long' } as const;
const refused = { success: false, errorCode: 'e1', errorMessage: 'no' };
const failed = (value = 'v1') => new PlayedPair().crm({ value }).answer(rejected);
const syncIdOf = (played: PlayedPair) => played.outcome.syncId;

describe('the retry of what failed', () => {
  it('is a new sync that says who asked, and its success resolves the failure', () => {
    const played = failed();
    const first = syncIdOf(played);
    played.retry('crm');
    expect(played.reply).toMatchObject({ ok: true, syncId: played.state.current?.change.syncId });
    expect(played.told).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^retried by Ann, as /),
        expect.stringMatching(/changed by a user in the CRM; retried by Ann/),
      ]),
    );
    played.accept();
    expect(played.effects).toContainEqual(
      expect.objectContaining({ syncId: first, set: { resolvedBy: syncIdOf(played) } }),
    );
  });

  it('asked for twice is sent once', () => {
    const played = failed().retry('crm');
    expect(played.sent).toHaveLength(1);
    expect(played.retry('crm')).toMatchObject({ sent: [], reply: { ok: false, code: 'under-way' } });
    expect(played.accept().retry('crm')).toMatchObject({
      sent: [],
      reply: { ok: false, code: 'nothing-failed' },
    });
  });

  it('is refused while the newer change of the other side failed, too', () => {
    const played = inStep().crm({ value: 'v2' }).answer(rejected).erp({ value: 'e3' });
    played.shows({ value: 'e3' }).crmAnswers(refused);
    expect(Object.keys(played.state.failed).sort()).toEqual(['crm', 'erp']);
    expect(played.retry('crm')).toMatchObject({ sent: [], reply: { ok: false, code: 'newer' } });
    expect(played.retry('erp').message).toMatchObject({ data: { value: 'e3' } });
  });

  it('lets a pair go on that was stopped as a loop', () => {
    const played = inStep();
    for (let i = 0; i < 6; i += 1) {
      played.erp({ value: `e${String(i)}` }).crmAnswers();
      if (played.outcome.status === 5) break;
      played.crm({ value: `c${String(i)}` });
      if (played.outcome.status === 5) break;
      played.accept();
    }
    expect(played.outcome).toMatchObject({ errorClass: 'loop' });
    expect(played.retry().sent).toHaveLength(1);
  });

  it('looks at once at what waits for its next attempt or for another record', () => {
    expect(new PlayedPair().crm({ value: 'v1' }).busy().retry('crm').message).toMatchObject({ attempt: 2 });
    const played = new PlayedPair();
    played.mapped.set('v1', { kind: 'waits', keys: [{ key: 'k', label: 'l', isOptional: false }] });
    played.crm({ value: 'v1' }).mapped.delete('v1');
    expect(played.retry('crm').message).toMatchObject({ operation: 'create' });
  });

  it('leaves what a stream that is off holds', () => {
    const played = new PlayedPair({ toErp: { enabled: false } }).crm({ value: 'v1' });
    expect(played.retry('crm')).toMatchObject({ phase: 'held', reply: { ok: false, code: 'stream-off' } });
  });

  it('is taken once by a bulk retry', () => {
    const played = failed().retry('crm', 'task').answer(rejected);
    expect(played.retry('crm', 'task')).toMatchObject({
      sent: [],
      reply: { ok: false, code: 'taken-before' },
    });
    expect(played.retry('crm', 'task-2').sent).toHaveLength(1);
  });
});

describe('the replay of a stored snapshot', () => {
  it('of the failure itself is its retry', () => {
    const played = failed();
    expect(played.replay(syncIdOf(played), { value: 'v1' }).message).toMatchObject({ operation: 'create' });
  });

  it('of the newest state writes it though nothing changed', () => {
    const played = inStep();
    const syncId = syncIdOf(played);
    expect(played.replay(syncId, { value: 'v1' }).message).toMatchObject({
      operation: 'update',
      dataId: 'C1',
    });
    expect(played.accept().state).toMatchObject({ lastSyncStatus: 6, current: null });
  });

  it('never takes the place of a newer change, and names what differs', () => {
    const played = inStep();
    const first = syncIdOf(played);
    played.crm({ value: 'v2' }).accept();
    expect(played.replay(first, { value: 'v1' })).toMatchObject({
      sent: [],
      reply: { ok: false, code: 'newer', message: expect.stringContaining('(value)') },
    });
  });

  it('never takes the place of what the other side wrote since', () => {
    const played = inStep();
    const first = syncIdOf(played);
    played.erp({ value: 'e2' }).crmAnswers();
    expect(played.replay(first, { value: 'v1' })).toMatchObject({ sent: [], reply: { code: 'newer' } });
  });

  it('of a state that cannot be told to be the newest is refused', () => {
    const played = inStep();
    const first = syncIdOf(played);
    played.erp({ value: 'e2' }).crmAnswers();
    // Of two events behind our write, the one that does not show it leaves the field unknown.
    played.crm({ value: 'v3' }).accept();
    expect(played.state.sides.crm).toMatchObject({ unseen: true });
    expect(played.replay(first, { value: 'v1' })).toMatchObject({ sent: [], reply: { code: 'newer' } });
  });

  it('is refused while a write is under way, a newer change waits, or the record is voided', () => {
    const busy = inStep().crm({ value: 'v2' });
    expect(busy.replay('x', { value: 'v1' }).reply).toMatchObject({ code: 'under-way' });
    const voided = inStep();
    const first = syncIdOf(voided);
    voided.crm({ value: 'v1' }, { operation: 'void' }).accept();
    expect(voided.replay(first, { value: 'v1' })).toMatchObject({ sent: [], reply: { code: 'voided' } });
  });

  it('of the ERP reads it again where our write came after it', () => {
    const played = inStep('v1', { beganOn: 'erp' });
    const first = syncIdOf(played);
    expect(played.replay(first, { value: 'v1' }, { side: 'erp' }).message).toMatchObject({
      operation: 'update',
      dataId: 'A1',
    });
  });
});

describe('a correction by a person', () => {
  it('goes in place of what failed, and the history says who and what', () => {
    const played = failed('far too long');
    played.replay(syncIdOf(played), { value: 'far too long' }, { edited: { value: 'short' } });
    expect(played.message).toMatchObject({ operation: 'create', record: { master: { value: 'short' } } });
    expect(played.told).toContainEqual(
      expect.stringMatching(/given by a person here; corrected by Ann: value/),
    );
    expect(played.accept().state).toMatchObject({ lastSyncStatus: 6, failed: {}, unresolved: [] });
  });

  it('says nothing of what its side holds: the same again is no news, a change is', () => {
    const played = failed('long');
    played.replay(syncIdOf(played), { value: 'long' }, { edited: { value: 'short' } }).accept();
    expect(played.crm({ value: 'long' }).sent).toEqual([]);
    expect(played.crm({ value: 'longer' }).message).toMatchObject({
      record: { master: { value: 'longer' } },
    });
  });

  it('is refused when the record has had a newer change since', () => {
    const played = failed('v1');
    const first = syncIdOf(played);
    played.crm({ value: 'v2' }).answer(rejected);
    expect(played.replay(first, { value: 'v1' }, { edited: { value: 'v1!' } })).toMatchObject({
      sent: [],
      reply: { ok: false, code: 'newer' },
    });
  });

  it('of an ERP record is not read over by the ERP', () => {
    const played = inStep().erp({ value: 'e2' }).crmAnswers(refused);
    const failedId = syncIdOf(played);
    played.replay(failedId, { value: 'e2' }, { side: 'erp', edited: { value: 'e2b' } });
    expect(played.message).toMatchObject({ operation: 'update', data: { value: 'e2b' } });
  });
});

describe('asking the ERP again', () => {
  it('decides what it shows, as who asked for it', () => {
    const played = inStep('v1', { beganOn: 'erp' }).byHand({ do: 'fetch' });
    expect(played.message).toMatchObject({ operation: 'read', dataId: 'C1' });
    expect(played.shows({ value: 'v1' }).message).toMatchObject({ operation: 'update', dataId: 'A1' });
    expect(played.told).toContainEqual(expect.stringMatching(/read from the ERP; asked for again by Ann/));
  });

  it('is refused where no stream leads out of the ERP', () => {
    expect(inStep('v1', { toCrm: null }).byHand({ do: 'fetch' }).reply).toMatchObject({ code: 'no-stream' });
  });
});

describe('a record whose outcome nobody knows', () => {
  const person = () => new PlayedPair({ toErp: { canFind: false } }).crm({ value: 'v1' }).unanswered();

  it('is not tried again blindly', () => {
    expect(person().retry('crm').reply).toMatchObject({ ok: false, code: 'needs-person' });
  });

  it('is settled by the id under which it exists', () => {
    const played = person().byHand({ do: 'exists', side: 'crm', destId: 'C9' });
    expect(played.state.sides.erp.id).toBe('C9');
    expect(played.message).toMatchObject({ operation: 'update', dataId: 'C9' });
    expect(played.told).toContainEqual('Ann says that it exists there: C9');
  });

  it('is sent again under its own id when it did not happen', () => {
    const played = person();
    const { syncId } = played.lastErpMessage;
    played.byHand({ do: 'sendAgain' });
    expect(played.message).toMatchObject({ operation: 'create', syncId, attempt: 2 });
    expect(played.byHand({ do: 'sendAgain' })).toMatchObject({ sent: [], reply: { ok: false } });
    expect(played.answer(rejected).outcome).toMatchObject({ status: 5 });
  });

  it('is not sent again where the other side has candidates', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).unanswered().untilDue().found('C7', 'C8');
    expect(played.byHand({ do: 'sendAgain' })).toMatchObject({
      phase: 'person',
      reply: { code: 'exists', message: expect.stringContaining('C7, C8') },
    });
  });

  it('answers with what is against the id', () => {
    const link: Partial<Link> = { sourceSide: 'crm' };
    const played = person().link('C9', link).accept();
    expect(played.byHand({ do: 'exists', side: 'crm', destId: 'C1' }).reply).toMatchObject({ ok: false });
  });
});

describe('a failure that needs no action', () => {
  it('is marked resolved, with who and why, and not tried again', () => {
    const played = failed();
    const syncId = syncIdOf(played);
    played.byHand({ do: 'resolve', syncId, reason: 'entered by hand' });
    expect(played.effects).toContainEqual(
      expect.objectContaining({
        syncId,
        set: { resolvedBy: 'operator' },
        events: [expect.objectContaining({ message: 'marked resolved by Ann: entered by hand' })],
      }),
    );
    expect(played.state).toMatchObject({ failed: {}, unresolved: [], lastSyncStatus: 7 });
    expect(played.retry('crm').reply).toMatchObject({ code: 'nothing-failed' });
  });

  it('is none of what is under way or unknown', () => {
    const played = new PlayedPair({ toErp: { canFind: false } }).crm({ value: 'v1' });
    const { syncId } = played.lastErpMessage;
    expect(played.byHand({ do: 'resolve', syncId, reason: '' }).reply).toMatchObject({ code: 'under-way' });
    played.unanswered().byHand({ do: 'resolve', syncId, reason: '' });
    expect(played.reply).toMatchObject({ code: 'needs-person' });
  });
});

describe('what a stream that is off holds', () => {
  const off = { toErp: { enabled: false } };

  it('is discarded with who and why, and the same content is no news when the stream goes on', () => {
    const played = new PlayedPair(off).crm({ value: 'v1' });
    played.byHand({ do: 'discard', reason: 'test data' });
    expect(played.outcome).toMatchObject({ status: 7, errorCode: 'discarded' });
    expect(played.told).toContainEqual('Discarded by Ann: test data');
    expect(played).toMatchObject({ phase: null, state: { lastSyncStatus: 7 } });
    played.streams = new PlayedPair().streams;
    expect(played.crm({ value: 'v1' }).sent).toEqual([]);
    expect(played.crm({ value: 'v2' }).message).toMatchObject({ operation: 'create' });
  });

  it('is not discarded once the stream is on', () => {
    const played = new PlayedPair(off).crm({ value: 'v1' });
    played.streams = new PlayedPair().streams;
    expect(played.byHand({ do: 'discard', reason: '' }).reply).toMatchObject({ code: 'not-held' });
  });
});
