import type { Change } from '../change.ts';
import { inStep, PlayedPair, type Held } from '../testing/played-pair.ts';

const minute = 60_000;
const superseded = 8;
let offset = 100;

/** A record that the CRM was asked for. */
function read(
  played: PlayedPair,
  held: Held,
  part: Partial<Change> & { occurredAt?: number } = {},
): PlayedPair {
  const { occurredAt = played.now, ...rest } = part;
  offset += 1;
  const order = { kind: 'log', partition: 0, offset, occurredAt, isReading: true } as const;
  return played.crm(held, { via: 'read', order, eventId: `read-${String(offset)}`, ...rest });
}

describe('a record that was read from the CRM', () => {
  it('is written when it is news, as any change', () => {
    expect(read(inStep('v1'), { value: 'v2' }).message).toMatchObject({
      record: { master: { value: 'v2' } },
    });
  });

  it('is superseded by whatever changed after it, however long before that it changed last', () => {
    const played = inStep('v1').crm({ value: 'v2' }).accept();
    read(played, { value: 'v1' }, { occurredAt: played.now - 60 * minute });
    expect(played.sent).toEqual([]);
    expect(played.outcome).toMatchObject({ status: superseded });
    played.crm({ value: 'v3' }, { offset: 10_000 });
    expect(played.message).toMatchObject({ record: { master: { value: 'v3' } } });
  });

  it('takes the place of no change that waits', () => {
    const played = inStep('v1').crm({ value: 'v2' }).crm({ value: 'v3' });
    read(played, { value: 'v4' });
    expect(played.outcome).toMatchObject({ status: superseded });
    expect(played.accept().message).toMatchObject({ record: { master: { value: 'v3' } } });
  });

  it('says nothing against our last write there, which it may not have seen', () => {
    const played = inStep('v1').erp({ value: 'v2' }).crmAnswers();
    read(played, { value: 'v1' }, { forced: true });
    expect(played.sent).toEqual([]);
    expect(played.outcome).toMatchObject({ status: superseded });
  });

  it('ends no void', () => {
    const played = inStep('v1').crm({ value: 'v1' }, { operation: 'void' }).accept();
    read(played, { value: 'v2' });
    expect(played.sent).toEqual([]);
    expect(played.state.status).toBe(3);
  });
});

describe('a record of a historical sync task', () => {
  const origin = { taskId: 't1' };

  it('is written though nothing changed when the task forces it, and once only', () => {
    const played = read(inStep('v1'), { value: 'v1' }, { forced: true, origin });
    expect(played.message).toMatchObject({ operation: 'update' });
    played.accept();
    read(played, { value: 'v1' }, { forced: true, origin });
    expect(played).toMatchObject({ sent: [], result: 'unchanged' });
    read(played, { value: 'v1' }, { forced: true, origin: { taskId: 't2' } });
    expect(played.message).toMatchObject({ operation: 'update' });
  });

  it('that is read again with a newer state is written for that', () => {
    const played = read(inStep('v1'), { value: 'v1' }, { forced: true, origin }).accept();
    read(played, { value: 'v2' }, { forced: true, origin });
    expect(played.message).toMatchObject({ record: { master: { value: 'v2' } } });
  });

  it('of the ERP is forced once, too', () => {
    const played = inStep('v1').erp({ value: 'v1' }, { via: 'poll', forced: true, origin });
    expect(played.message).toMatchObject({ objectApiName: 'AccountObj', operation: 'update' });
    played.crmAnswers().erp({ value: 'v1' }, { via: 'poll', forced: true, origin });
    expect(played.sent).toEqual([]);
  });

  it('is not written when it is not forced and nothing changed', () => {
    expect(read(inStep('v1'), { value: 'v1' }, { origin })).toMatchObject({ sent: [], result: 'unchanged' });
  });
});

describe('a stored snapshot that is taken again', () => {
  const again = (played: PlayedPair, value: string, forced = true): PlayedPair => {
    const change = { ...storedOf(played, value), forced };
    return played.step({ kind: 'again', change });
  };

  it('is written when it is forced', () => {
    expect(again(inStep('v1'), 'v1').message).toMatchObject({ operation: 'update' });
    expect(again(inStep('v1'), 'v1', false).sent).toEqual([]);
  });

  it('gives way to what is under way, and to what is known to be newer', () => {
    expect(again(inStep('v1').crm({ value: 'v2' }), 'v1')).toMatchObject({ sent: [], result: 'under-way' });
    expect(again(inStep('v2'), 'v1')).toMatchObject({ sent: [], result: 'superseded' });
  });
});

function storedOf(played: PlayedPair, value: string): Change {
  const record = new PlayedPair().crm({ value }).state.current?.change;
  if (record === undefined) throw new Error('no change');
  return { ...record, syncId: '', via: 'read', order: played.state.sides.crm.order ?? record.order };
}
