import { aCurrent, aPair, aPairWith, aWrite, pairKey, phases } from './a-pair.fixture.ts';
import { openCreateKey } from './decide/postpone.ts';
import { pairDigest } from './pair.ts';
import { openCreateScope, sideDocumentsOf, wakeKeys } from './side-documents.ts';

const key = { key: 'k1', label: '', isOptional: true };
const nothing = { dueAt: null, waits: [], openCreate: null, heldFor: null };
const anUpdate = aWrite({ operation: 'update' });
const crmKey = pairDigest(pairKey, 'crm', 'A1');
const erpKey = pairDigest(pairKey, 'erp', 'E1');

describe('sideDocumentsOf', () => {
  it('is nothing at rest', () => {
    expect(sideDocumentsOf(aPair())).toEqual(nothing);
  });

  it.each(phases)('has the due time of %s', (phase) => {
    expect(sideDocumentsOf(aPairWith({ ...aCurrent(phase), dueAt: 77 })).dueAt).toBe(77);
  });

  it.each(['parked', 'openWait'] as const)('has the keys that %s waits for', (phase) => {
    expect(sideDocumentsOf(aPairWith(aCurrent(phase, { keys: [key] })))).toEqual({
      ...nothing,
      waits: ['k1'],
    });
  });

  it('has the stream that is off', () => {
    expect(sideDocumentsOf(aPairWith(aCurrent('held', { streamId: 's9' })))).toEqual({
      ...nothing,
      heldFor: 's9',
    });
  });

  it.each(['inFlight', 'unknown', 'resend', 'person', 'details'] as const)(
    'has the create of %s',
    (phase) => {
      expect(sideDocumentsOf(aPairWith(aCurrent(phase))).openCreate).toEqual({
        scope: openCreateScope(pairKey, 'erp'),
        match: '["C-1"]',
        openedAt: 1_000,
      });
    },
  );

  it.each(['inFlight', 'unknown', 'resend', 'person'] as const)('has no create where %s updates', (phase) => {
    expect(sideDocumentsOf(aPairWith(aCurrent(phase, { write: anUpdate }))).openCreate).toBeNull();
  });

  it.each(['retry', 'parked', 'openWait', 'held', 'reread'] as const)('has no create in %s', (phase) => {
    expect(sideDocumentsOf(aPairWith(aCurrent(phase))).openCreate).toBeNull();
  });

  it('lists a create towards the CRM apart from those towards the ERP', () => {
    const write = aWrite({ to: 'crm', match: [] });
    expect(sideDocumentsOf(aPairWith(aCurrent('inFlight', { write }))).openCreate).toMatchObject({
      scope: openCreateScope(pairKey, 'crm'),
      match: null,
    });
    expect(openCreateScope(pairKey, 'crm')).not.toBe(openCreateScope(pairKey, 'erp'));
  });

  it('counts a create from the first attempt that may have been carried out', () => {
    const current = aCurrent('inFlight', { doubtSince: 500 });
    expect(sideDocumentsOf(aPairWith(current)).openCreate?.openedAt).toBe(500);
  });

  it('lists no create that waits for a person where nothing tells it from others', () => {
    const write = aWrite({ match: [{ field: 'FNumber', value: '' }] });
    expect(sideDocumentsOf(aPairWith(aCurrent('person', { write }))).openCreate).toBeNull();
    expect(sideDocumentsOf(aPairWith(aCurrent('unknown', { write }))).openCreate).not.toBeNull();
  });
});

describe('wakeKeys', () => {
  it('are both ids of a pair whose counterpart became known', () => {
    const [before, after] = [aPair(), aPair({}, 'E1')];
    expect(wakeKeys({ before, after })).toEqual([crmKey, erpKey]);
    expect(wakeKeys({ before: null, after })).toEqual([crmKey, erpKey]);
  });

  it('are none where it was known before', () => {
    expect(wakeKeys({ before: aPair({}, 'E1'), after: aPair({}, 'E1') })).toEqual([]);
  });

  it.each([null, aPairWith(aCurrent('inFlight', { write: anUpdate }))])(
    'are the ids of a record that begins to wait itself, which may close a cycle',
    (before) => {
      expect(wakeKeys({ before, after: aPairWith(aCurrent('parked')) })).toEqual([crmKey]);
    },
  );

  it('are none while it goes on waiting', () => {
    const parked = aPairWith(aCurrent('parked'));
    expect(wakeKeys({ before: parked, after: parked })).toEqual([]);
  });

  it('name a create that ended, also one that failed', () => {
    const before = aPairWith(aCurrent('inFlight'));
    expect(wakeKeys({ before, after: aPair() })).toEqual([openCreateKey(before.id)]);
    expect(wakeKeys({ before, after: aPair({}, 'E1') })).toEqual([crmKey, erpKey, openCreateKey(before.id)]);
  });

  it.each(['unknown', 'resend', 'person', 'details'] as const)(
    'name no create that goes on in %s',
    (phase) => {
      const before = aPairWith(aCurrent('inFlight'));
      expect(wakeKeys({ before, after: aPairWith(aCurrent(phase)) })).toEqual([]);
    },
  );
});
