import { inStep } from '../testing/played-pair.ts';

/** An ERP record that may be older than our write is being read again. */
const reread = () => {
  const played = inStep('v1').crm({ value: 'v2' }).accept();
  return played.erp({ value: 'v1' }, { number: played.erpNumber - 1 });
};

describe('an ERP record that is read again', () => {
  it('is decided as it is now', () => {
    const played = reread().shows({ value: 'v3' });
    expect(played.message).toMatchObject({ objectApiName: 'AccountObj', data: { value: 'v3' } });
  });

  it('is dropped when it says nothing new by now', () => {
    expect(reread().shows({ value: 'v2' })).toMatchObject({ sent: [], phase: null });
  });

  it('gives way to a newer one that arrived meanwhile', () => {
    const played = reread().erp({ value: 'v4' }, { number: 900 });
    played.shows({ value: 'v3' }, 800);
    expect(played.message).toMatchObject({ data: { value: 'v4' } });
  });

  it('takes the place of an older one that arrived meanwhile', () => {
    const played = reread().erp({ value: 'v4' }, { number: 900 });
    played.shows({ value: 'v5' }, 901);
    expect(played.message).toMatchObject({ data: { value: 'v5' } });
    expect(played.crmAnswers().phase).toBeNull();
  });

  it('gives way to a void that arrived meanwhile: a reading does not show that', () => {
    const played = reread().erp({ value: 'v3' }, { operation: 'void', number: 900 });
    expect(played.shows({ value: 'v3' }, 901).message).toMatchObject({ operation: 'invalid' });
  });

  it('that is gone writes nothing', () => {
    const played = reread().shows(null);
    expect(played.outcome).toMatchObject({ status: 7, errorCode: 'gone' });
    expect(played.phase).toBeNull();
  });

  it('is asked for again while the ERP is busy, and decided as it came in the end', () => {
    const played = reread();
    const begun = played.now;
    for (let i = 0; i < 40 && played.phase === 'reread'; i += 1) played.busy().untilDue();
    expect(played.message).toMatchObject({ objectApiName: 'AccountObj', data: { value: 'v1' } });
    expect(played.now - begun).toBeGreaterThan(15 * 60_000);
  });

  it('is not decided as it came while the question is only put off', () => {
    const played = reread();
    for (let i = 0; i < 40; i += 1)
      played.answer({ kind: 'deferred', retryAfterMs: 10_000, reason: 'pace' }).untilDue();
    expect(played.phase).toBe('reread');
  });

  it.each(['rejected', 'broken'] as const)(
    'is decided as it came when the ERP cannot be asked (%s)',
    (kind) => {
      expect(reread().answer({ kind, code: 'x', message: 'x' }).message).toMatchObject({
        data: { value: 'v1' },
      });
    },
  );

  it('is asked for once more when nobody answers', () => {
    const played = reread();
    expect(played.untilDue().message).toMatchObject({ operation: 'read', attempt: 2 });
    expect(played.shows({ value: 'v2' }).phase).toBeNull();
  });

  it('holds back a change of the CRM until it is known', () => {
    const played = reread().crm({ value: 'v9' });
    expect(played.sent).toEqual([]);
    expect(played.shows({ value: 'v2' }).message).toMatchObject({
      operation: 'update',
      record: { master: { value: 'v9' } },
    });
  });
});
