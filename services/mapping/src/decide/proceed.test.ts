import { inStep, PlayedPair, rowIdOfOthers } from '../testing/played-pair.ts';

const waitFor = (label: string, isOptional = false) => ({ key: `key-${label}`, label, isOptional });

describe('the mapping decides create or update, not the event', () => {
  it('creates while the counterpart is unknown', () => {
    const played = new PlayedPair().crm({ value: 'v1' });
    expect(played.message).toMatchObject({ operation: 'create', record: { master: { value: 'v1' } } });
    expect(played.message.dataId).toBeUndefined();
    expect(played.state.status).toBe(2);
  });

  it('numbers the syncs of a pair that came from a backup above all that may have been given since', () => {
    const played = inStep();
    played.syncsFrom = 5_000;
    expect(played.crm({ value: 'v2' }).message).toMatchObject({
      syncId: `${played.state.id}-${(5_001).toString(36)}`,
    });
    expect(played.state.syncs).toBe(5_001);
  });

  it('updates once it is known, with its id', () => {
    const played = inStep().crm({ value: 'v2' });
    expect(played.message).toMatchObject({
      operation: 'update',
      dataId: 'C1',
      record: { master: { id: 'C1', value: 'v2' } },
    });
  });

  it.each([
    [
      'create',
      { triggers: ['update'] },
      () => new PlayedPair({ toErp: { triggers: ['update'] } }).crm({ value: 'v1' }),
    ],
    [
      'update',
      { triggers: ['create'] },
      () => inStep('v1', { toErp: { triggers: ['create'] } }).crm({ value: 'v2' }),
    ],
  ])('skips a %s that the triggers do not allow, with the reason', (operation, _triggers, play) => {
    const { outcome } = play();
    expect(outcome).toMatchObject({ status: 7, errorClass: null, errorCode: 'not-triggered' });
    expect(outcome.errorMessage).toContain(operation);
  });

  it('skips what the filter does not take', () => {
    const played = new PlayedPair();
    played.mapped.set('v1', { kind: 'filtered' });
    expect(played.crm({ value: 'v1' }).outcome).toMatchObject({ status: 7, errorCode: 'filtered' });
    expect(played.state.lastSyncStatus).toBe(7);
  });

  it('fails what cannot be mapped, for a person', () => {
    const played = new PlayedPair();
    const failure = {
      class: 'broken' as const,
      code: 'lookup-missing',
      message: 'FSaler: no employee mapping for "7"',
    };
    played.mapped.set('v1', { kind: 'failed', failure });
    played.crm({ value: 'v1' });
    expect(played.outcome).toMatchObject({ status: 5, errorClass: 'broken', errorMessage: failure.message });
    expect(played.state.failed.crm).toBeDefined();
  });

  it('ends what belongs to a stream that is gone, and loses no trace of it', () => {
    const played = new PlayedPair({ toErp: { enabled: false } }).crm({ value: 'v1' });
    played.streams.toErp = null;
    expect(played.wake().outcome).toMatchObject({ status: 7, errorCode: 'stream-gone' });
  });
});

describe('an unknown id may be ours', () => {
  const open = (openedAt: number) => ({ rowId: rowIdOfOthers, match: null, openedAt });

  it('waits for creates that were open towards its side when it arrived, then looks again', () => {
    const played = new PlayedPair({ beganOn: 'erp' });
    played.openCreates = [open(played.now - 10)];
    expect(played.erp({ value: 'v1' })).toMatchObject({ phase: 'openWait', sent: [] });
    expect(played.state.lastSyncStatus).toBe(2);
    expect(played.state.current).toMatchObject({ keys: [{ key: `open:${rowIdOfOthers}` }] });
    played.openCreates = [];
    expect(played.wake().message).toMatchObject({ operation: 'create', objectApiName: 'AccountObj' });
  });

  it('does not wait for creates that were opened later', () => {
    const played = new PlayedPair({ beganOn: 'erp' });
    played.openCreates = [open(played.now + 10)];
    expect(played.erp({ value: 'v1' }).message).toMatchObject({ operation: 'create' });
  });

  it('looks again by itself too, less and less often', () => {
    const played = new PlayedPair({ beganOn: 'erp' });
    played.openCreates = [open(played.now - 10)];
    played.erp({ value: 'v1' });
    const pauses = Array.from({ length: 30 }, () => {
      const before = played.now;
      return played.untilDue().now - before;
    });
    expect(Math.min(...pauses)).toBeLessThanOrEqual(2_001);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(60_001);
    expect(pauses.at(-1)).toBeGreaterThan(30_000);
  });

  it('goes to the row that made it, once its pointer stands', () => {
    const played = new PlayedPair({ beganOn: 'erp' });
    played.openCreates = [open(played.now - 10)];
    played.erp({ value: 'v1' });
    played.owner = rowIdOfOthers;
    played.wake();
    expect(played.effects).toContainEqual(
      expect.objectContaining({
        kind: 'forward',
        rowId: rowIdOfOthers,
        change: expect.objectContaining({ told: false }),
      }),
    );
    expect(played.outcome).toMatchObject({ status: 8 });
    expect(played.state).toMatchObject({ current: null, lastSyncStatus: 8 });
  });
});

describe('references wait', () => {
  const parked = () => {
    const played = new PlayedPair();
    played.mapped.set('v1', { kind: 'waits', keys: [waitFor('AccountObj A9')] });
    return played.crm({ value: 'v1' });
  };

  it('parks the pair under the key it needs, and says for whom it waits', () => {
    const played = parked();
    expect(played.state.current).toMatchObject({ phase: 'parked', keys: [{ key: 'key-AccountObj A9' }] });
    expect(played.state.lastSyncStatus).toBe(2);
    expect(played.told).toContain('waits for AccountObj A9');
  });

  it('goes on when the counterpart appears', () => {
    const played = parked();
    played.mapped.delete('v1');
    expect(played.wake().message).toMatchObject({ operation: 'create' });
  });

  it('is due by itself at most every ten minutes', () => {
    const played = parked();
    let longest = 0;
    for (let i = 0; i < 40; i += 1) {
      const before = played.now;
      longest = Math.max(longest, played.untilDue().now - before);
    }
    expect(longest).toBeGreaterThan(9 * 60_000);
    expect(longest).toBeLessThanOrEqual(10 * 60_000 + 1);
    expect(played.told.filter((message) => message.startsWith('waits for'))).toHaveLength(1);
  });

  it('gives way to a newer change', () => {
    const played = parked().crm({ value: 'v2' });
    expect(played.message).toMatchObject({ operation: 'create', record: { master: { value: 'v2' } } });
  });

  it('sends what was left out of a cycle by an update later', () => {
    const played = new PlayedPair();
    const values = { value: 'v1' };
    const owing = {
      kind: 'ok' as const,
      record: { master: values, details: {} },
      values,
      rows: {},
      match: [],
      owes: [waitFor('A9', true)],
    };
    played.mapped.set('v1', owing);
    played.crm({ value: 'v1' }).accept();
    expect(played.state.current).toMatchObject({ phase: 'parked', keys: [{ label: 'A9' }] });
    played.mapped.set('v1', {
      ...owing,
      record: { master: { ...values, parent: 'C9' }, details: {} },
      owes: [],
    });
    expect(played.wake().message).toMatchObject({
      operation: 'update',
      record: { master: { parent: 'C9' } },
    });
    expect(played.accept()).toMatchObject({ phase: null });
  });

  it('sends it too when nothing else has changed', () => {
    const played = inStep('v1');
    const values = { value: 'v1' };
    played.mapped.set('v1', {
      kind: 'ok',
      record: { master: values, details: {} },
      values,
      rows: {},
      match: [],
      owes: [waitFor('A9', true)],
    });
    expect(played.crm({ value: 'v1', parent: 'A9' })).toMatchObject({ phase: 'parked' });
  });
});

describe('a stream that is off', () => {
  const off = () => new PlayedPair({ toErp: { enabled: false } });

  it('holds the newest state of a record instead of losing it', () => {
    const played = off().crm({ value: 'v1' }).crm({ value: 'v2' });
    expect(played.state.current).toMatchObject({ phase: 'held', streamId: 's-to-erp', dueAt: null });
    expect(played.state.lastSyncStatus).toBe(9);
    expect(played.outcomes).toMatchObject([{ status: 8 }]);
  });

  it('goes on from there when it is on again', () => {
    const played = off().crm({ value: 'v1' }).crm({ value: 'v2' });
    played.streams = new PlayedPair().streams;
    expect(played.wake().message).toMatchObject({ operation: 'create', record: { master: { value: 'v2' } } });
  });

  it('holds what waits for its next attempt', () => {
    const played = new PlayedPair().crm({ value: 'v1' }).busy();
    played.streams.toErp = off().streams.toErp;
    expect(played.untilDue()).toMatchObject({ phase: 'held', sent: [] });
  });
});

describe('the loop guard', () => {
  const crossings = (count: number, pauseMs: number) => {
    const played = inStep('v1');
    for (let i = 0; i < count; i += 1) {
      played.pass(pauseMs);
      if (i % 2 === 0) played.erp({ value: `v${String(i + 2)}` }, { number: 1_000 + i * 100 }).crmAnswers();
      else played.crm({ value: `v${String(i + 2)}` }).accept();
    }
    return played;
  };

  it('lets a pair cross five times in ten minutes', () => {
    expect(crossings(5, 1_000).outcome).toMatchObject({ status: 6 });
  });

  it('fails the next one as a loop', () => {
    expect(crossings(6, 1_000).outcome).toMatchObject({ status: 5, errorClass: 'loop', errorCode: 'loop' });
  });

  it('does not count what a person or a correction of ours has written', () => {
    const played = crossings(5, 1_000).crm({ value: 'forced' }, { forced: true });
    expect(played.message).toMatchObject({ operation: 'update', record: { master: { value: 'forced' } } });
    expect(played.accept().outcome).toMatchObject({ status: 6 });
  });

  it('forgets crossings after ten minutes', () => {
    expect(crossings(12, 3 * 60_000).outcome).toMatchObject({ status: 6 });
  });

  it('lets a person try again later', () => {
    const played = crossings(6, 1_000)
      .pass(10 * 60_000)
      .retry();
    expect(played.reply).toMatchObject({ ok: true, changed: true });
    expect(played.sent).toHaveLength(1);
  });
});
