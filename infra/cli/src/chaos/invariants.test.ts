import { findViolations, type Invariant } from './invariants.ts';
import type { Observed, SeenChange, SeenRecord, SeenRow } from './observed.ts';
import { findEchoes } from './probe.ts';

function record(side: 'crm' | 'erp', over: Partial<SeenRecord> = {}): SeenRecord {
  const id = side === 'crm' ? 'A1' : 'C1';
  const rows = [{ key: 'row-1', label: 'c1' }];
  const common = {
    kind: 'customer' as const,
    key: 'customer-1',
    label: 'c2',
    isVoided: false,
    reference: '',
  };
  return { side, id, rows, ...common, ...over };
}

let seq = 0;
function change(side: 'crm' | 'erp', over: Partial<SeenChange> = {}): SeenChange {
  seq += 1;
  return {
    side,
    kind: 'customer',
    seq,
    id: side === 'crm' ? 'A1' : 'C1',
    by: 'sync',
    operation: 'update',
    label: 'c2',
    toldSeq: null,
    ...over,
  };
}

const row: SeenRow = {
  id: 'r1',
  crmObject: 'AccountObj',
  erpObject: 'BD_Customer',
  crmId: 'A1',
  erpId: 'C1',
  lastSyncStatus: 6,
  phase: '',
  isWaiting: false,
  hasFailed: false,
};

/** A customer that was made and changed in the CRM, and both arrived. */
function inStep(over: Partial<Observed> = {}): Observed {
  return {
    records: [record('crm'), record('erp')],
    changes: [
      change('crm', { by: 'user', operation: 'create', label: 'c1' }),
      change('erp', { operation: 'create', label: 'c1' }),
      change('crm', { by: 'user', label: 'c2' }),
      change('erp'),
    ],
    rows: [row],
    refusedPushes: [],
    hits: {},
    leftOver: [],
    ...over,
  };
}

function found(observed: Observed): [Invariant, string][] {
  return findViolations(observed).map(({ invariant, key }) => [invariant, key]);
}

const ours = (invariant: Invariant): [Invariant, string][] => [[invariant, 'customer-1']];

describe('the invariants', () => {
  it('hold when both sides are in step', () => {
    expect(found(inStep())).toEqual([]);
  });

  it('find a record that is on one side only', () => {
    expect(found(inStep({ records: [record('crm')] }))).toEqual(ours('lost'));
    expect(found(inStep({ records: [record('erp')] }))).toEqual(ours('lost'));
  });

  it('do not miss what was cancelled before it was made', () => {
    expect(found(inStep({ records: [record('crm', { isVoided: true })] }))).toEqual([]);
  });

  it('find a row that did not arrive, and one with an older value', () => {
    expect(found(inStep({ records: [record('crm'), record('erp', { rows: [] })] }))).toEqual(ours('lost'));
    const older = record('erp', { rows: [{ key: 'row-1', label: 'c0' }] });
    expect(found(inStep({ records: [record('crm'), older] }))).toEqual(ours('stale'));
  });

  it('find a push that was refused', () => {
    expect(found(inStep({ refusedPushes: ['s306240006'] }))).toEqual([['lost', '']]);
  });

  it('find a record that was made twice, and a row', () => {
    const twice = [record('crm'), record('erp'), record('erp', { id: 'C2' })];
    expect(found(inStep({ records: twice }))).toEqual(ours('createdTwice'));
    const rows = [...record('erp').rows, ...record('erp').rows];
    expect(found(inStep({ records: [record('crm'), record('erp', { rows })] }))).toEqual(
      ours('createdTwice'),
    );
  });

  it('find sides that differ', () => {
    const older = record('erp', { label: 'c1' });
    expect(found(inStep({ records: [record('crm'), older] }))).toEqual(ours('stale'));
  });

  it('find sides that agree on what is no longer the last edit', () => {
    const both = [record('crm', { label: 'c1' }), record('erp', { label: 'c1' })];
    expect(found(inStep({ records: both }))).toEqual(ours('stale'));
  });

  it('let either side’s last edit win where both were edited', () => {
    const changes = [...inStep().changes, change('erp', { by: 'user', label: 'e1' })];
    expect(found(inStep({ changes }))).toEqual([]);
    const both = [record('crm', { label: 'e1' }), record('erp', { label: 'e1' })];
    expect(found(inStep({ changes, records: both }))).toEqual([]);
  });

  it('find a void that did not arrive, and leave out what a void does not carry', () => {
    const voided = record('crm', { isVoided: true });
    expect(found(inStep({ records: [voided, record('erp')] }))).toEqual(ours('stale'));
    const both = [voided, record('erp', { isVoided: true, label: 'c1' })];
    expect(found(inStep({ records: both }))).toEqual([]);
  });

  it('find an order that names another customer there', () => {
    const order = (side: 'crm' | 'erp', reference: string): SeenRecord =>
      record(side, { kind: 'order', key: 'order-1', id: `${side}-order`, rows: [], reference });
    const other = [
      record('crm', { key: 'customer-2', id: 'A2' }),
      record('erp', { key: 'customer-2', id: 'C2' }),
    ];
    const orders = (named: string): Observed => {
      const records = [...inStep().records, ...other, order('crm', 'A1'), order('erp', named)];
      const made = change('crm', { kind: 'order', id: 'crm-order', by: 'user' });
      const others = change('crm', { id: 'A2', by: 'user' });
      return inStep({ records, changes: [...inStep().changes, made, others] });
    };
    expect(found(orders('C1'))).toEqual([]);
    expect(found(orders('C2'))).toEqual([['stale', 'order-1']]);
  });

  it('find an older edit that was written over a newer one, though the newest came last', () => {
    const changes = [...inStep().changes, change('erp', { label: 'c1' }), change('erp')];
    expect(found(inStep({ changes }))).toEqual(ours('stale'));
    const back = [...inStep().changes, change('crm', { label: 'c1' }), change('crm', { by: 'user' })];
    expect(found(inStep({ changes: back }))).toEqual(ours('stale'));
  });

  it('let an ERP say the older state last whose push was late', () => {
    const e1 = change('erp', { by: 'user', label: 'e1', seq: 10, toldSeq: 40 });
    const e2 = change('erp', { by: 'user', label: 'e2', seq: 20, toldSeq: 41 });
    const written = ['e2', 'e1', 'e2'].map((label) => change('crm', { label }));
    const both = [record('crm', { label: 'e2' }), record('erp', { label: 'e2' })];
    const changes = [...inStep().changes, e1, e2, ...written];
    expect(found(inStep({ records: both, changes }))).toEqual([]);
    const inTime = changes.map((one) => (one === e1 ? { ...e1, toldSeq: 15 } : one));
    expect(found(inStep({ records: both, changes: inTime }))).toEqual(ours('stale'));
  });

  it.each([
    ['is under way', { phase: 'inFlight' }],
    ['waits', { isWaiting: true }],
    ['has failed', { hasFailed: true }],
    ['is unknown', { lastSyncStatus: 10 }],
  ])('find a row that %s', (_what, over) => {
    expect(found(inStep({ rows: [{ ...row, ...over }] }))).toEqual(ours('stuck'));
  });

  it('find what is left over', () => {
    expect(found(inStep({ leftOver: ['3 dead letters'] }))).toEqual([['stuck', '']]);
  });
});

describe('an edit in calm', () => {
  const probe = { key: 'customer-1', side: 'crm' as const, after: { crm: 0, erp: 0 } };

  it('may make one write on the other side', () => {
    const changes = [change('crm', { by: 'user' }), change('erp')];
    expect(findEchoes(inStep({ changes }), [probe])).toEqual([]);
  });

  it('is an echo with a second write there, or one on its own side', () => {
    expect(findEchoes(inStep({ changes: [change('erp'), change('erp')] }), [probe])).toHaveLength(1);
    expect(findEchoes(inStep({ changes: [change('erp'), change('crm')] }), [probe])).toHaveLength(1);
  });
});
