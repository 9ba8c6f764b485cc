import { PlayedPair, rowIdOfOthers } from '../testing/played-pair.ts';

const arriving = (options: { triggers?: string[]; changes?: boolean } = {}) => {
  const { triggers = ['create', 'update'], changes = false } = options;
  const hooks = changes ? { hooks: { changes, after: false } } : {};
  return new PlayedPair({ beganOn: 'erp', toCrm: { looksForMatch: true, triggers, ...hooks } });
};
const a7 = { dataId: 'A7', name: 'Acme' };

describe('before a create towards the CRM', () => {
  it('takes the one record that equals it and has no counterpart, and writes the values there', () => {
    const played = arriving();
    played.free = [a7];
    played.erp({ value: 'v1' });
    expect(played.message).toMatchObject({ operation: 'update', dataId: 'A7', data: { value: 'v1' } });
    expect(played.state.sides.crm.id).toBe('A7');
    expect(played.told.join()).toContain('A7 equals it by key = K1');
    expect(played.crmAnswers({ dataId: 'A7' }).state.lastSyncStatus).toBe(6);
  });

  it('creates where the CRM has none', () => {
    expect(arriving().erp({ value: 'v1' }).message).toMatchObject({ operation: 'create' });
  });

  it('takes what equals it also where creates are not triggered', () => {
    const played = arriving({ triggers: ['update'] });
    played.free = [a7];
    expect(played.erp({ value: 'v1' }).message).toMatchObject({ operation: 'update', dataId: 'A7' });
  });

  it('leaves several to a person, who says which, and what was to be created becomes an update', () => {
    const played = arriving();
    played.free = [a7, { dataId: 'A8', name: '' }];
    played.erp({ value: 'v1' });
    expect(played.sent).toEqual([]);
    expect(played.outcome).toMatchObject({ status: 5, errorClass: 'broken', errorCode: 'several-match' });
    expect(played.outcome.errorMessage).toMatch(/^2 records .* key = K1: A7 \(Acme\), A8\./);
    played.link('A8', { sourceSide: 'erp' });
    expect(played.reply).toEqual({ ok: true, changed: true });
    expect(played.state.unresolved).toEqual([]);
    expect(played.erp({ value: 'v2' }).message).toMatchObject({ operation: 'update', dataId: 'A8' });
  });

  it('takes so many of one value that some may be missing for several', () => {
    const played = arriving();
    [played.free, played.isFull] = [[a7], true];
    expect(played.erp({ value: 'v1' }).outcome).toMatchObject({ status: 5, errorCode: 'several-match' });
  });

  it('creates it when a person retries it as a new one', () => {
    const played = arriving();
    played.free = [a7, { dataId: 'A8', name: '' }];
    played.erp({ value: 'v1' }).retry();
    expect(played.outcome).toMatchObject({ errorCode: 'several-match' });
    expect(played.retry(null, undefined, { asNew: true }).message).toMatchObject({ operation: 'create' });
    expect(played.crmAnswers().state.unresolved).toEqual([]);
  });

  it('finds, when it is retried, what is the only one by now', () => {
    const played = arriving();
    played.free = [a7, { dataId: 'A8', name: '' }];
    played.erp({ value: 'v1' });
    played.free = [a7];
    expect(played.retry().message).toMatchObject({ operation: 'update', dataId: 'A7' });
  });

  it('waits for what has just taken the one, and then looks again', () => {
    const played = arriving();
    played.free = [a7];
    played.owners.set('A7', rowIdOfOthers);
    expect(played.erp({ value: 'v1' })).toMatchObject({ phase: 'openWait', sent: [] });
    played.free = [];
    expect(played.wake().message).toMatchObject({ operation: 'create' });
  });

  it('says that it did not look when a value is missing', () => {
    const played = arriving();
    played.free = [a7];
    expect(played.erp({ value: 'v1', key: '' }).message).toMatchObject({ operation: 'create' });
    expect(played.told.join()).toContain('a value is missing');
  });

  it('does not look for what the filter or a hook does not take, for voids, or towards the ERP', () => {
    const filtered = arriving();
    filtered.free = [a7];
    filtered.mapped.set('v1', { kind: 'filtered' });
    expect(filtered.erp({ value: 'v1' }).outcome).toMatchObject({ errorCode: 'filtered' });
    expect(filtered.state.sides.crm.id).toBe('');

    const stopped = arriving({ changes: true });
    stopped.free = [a7];
    stopped.hooked.set('create:v1', { mapped: { kind: 'stopped', message: 'not this one' }, log: [] });
    expect(stopped.erp({ value: 'v1' }).outcome).toMatchObject({ errorCode: 'stopped-by-hook' });
    expect(stopped.state.sides.crm.id).toBe('');

    const voided = arriving();
    voided.free = [a7];
    expect(voided.erp({ value: 'v1' }, { operation: 'void' }).state.sides.crm.id).toBe('');

    const towardsErp = new PlayedPair({ toCrm: { looksForMatch: true } });
    towardsErp.free = [a7];
    expect(towardsErp.crm({ value: 'v1' }).message).toMatchObject({ operation: 'create' });
  });

  it('runs the hooks for the update that it became', () => {
    const played = arriving({ changes: true });
    played.free = [a7];
    expect(played.erp({ value: 'v1' }).message).toMatchObject({ operation: 'update', dataId: 'A7' });
    expect(played.hooksRun).toEqual(['create', 'update']);
  });
});
