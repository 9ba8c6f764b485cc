import { noFates, syncStatus, type FateCounts, type Origin } from '@syncline/contract';
import { aChange, aCurrent, aPair, aPairWith } from '../a-pair.fixture.ts';
import type { Change } from '../change.ts';
import { sumBy } from '../count-fates.ts';
import type { PairState } from '../pair.ts';
import { PlayedPair, type Held } from '../testing/played-pair.ts';
import { fatesOf } from './fates.ts';

const origin: Origin = { windowId: 'w1' };
const counts = (part: Partial<FateCounts>): FateCounts => ({ ...noFates(), ...part });

/** What a decision from `before` to `state` adds to the window. */
function added(before: PairState, state: PairState, change?: Change): FateCounts {
  const input = change === undefined ? ({ kind: 'wake' } as const) : ({ kind: 'change', change } as const);
  const fates = fatesOf(before, input, { state, effects: [], result: '' });
  return sumBy(fates, ({ windowId }) => windowId).get('w1') ?? noFates();
}

/** A customer of the ERP whose changes come with the window. */
class Polled extends PlayedPair {
  readonly counts: FateCounts = noFates();

  override step(input: Parameters<PlayedPair['step']>[0]): this {
    const before = this.state;
    super.step(input);
    const decision = { state: this.state, effects: [...this.effects], result: this.result };
    const sums = sumBy(fatesOf(before, input, decision), ({ windowId }) => windowId);
    for (const name of Object.keys(this.counts) as (keyof FateCounts)[])
      this.counts[name] += sums.get('w1')?.[name] ?? 0;
    return this;
  }

  poll(held: Held, part: Parameters<PlayedPair['erp']>[1] = {}): this {
    return this.erp(held, { via: 'poll', origin, ...part });
  }
}

const polled = (options = {}): Polled => new Polled({ beganOn: 'erp', ...options });

describe('a record that came with a window', () => {
  it('waits while its write is in flight and is changed once the other side confirms it', () => {
    const pair = polled().poll({ value: 'one' });
    expect(pair.counts).toEqual(counts({ waiting: 1 }));
    expect(pair.crmAnswers().counts).toEqual(counts({ changed: 1, created: 1 }));
  });

  it('is unchanged when it says what is known, in this window or another', () => {
    const pair = polled().poll({ value: 'one' }).crmAnswers().poll({ value: 'one' });
    expect(pair.counts).toEqual(counts({ changed: 1, created: 1, unchanged: 1 }));
  });

  it('is unchanged when no stream takes it', () => {
    expect(polled({ toCrm: null }).poll({ value: 'one' }).counts).toEqual(counts({ unchanged: 1 }));
    expect(polled({ toCrm: { triggers: ['update'] } }).poll({ value: 'one' }).counts).toEqual(
      counts({ unchanged: 1 }),
    );
  });

  it('is an error when its write is refused, and stays one when a person has it tried again', () => {
    const refused = { success: false, errorCode: 'e1', errorMessage: 'no' };
    const pair = polled().poll({ value: 'one' }).crmAnswers(refused);
    expect(pair.counts).toEqual(counts({ errors: 1 }));
    expect(pair.retry().crmAnswers().counts).toEqual(counts({ errors: 1 }));
  });

  it('is unchanged when a newer state took its place while it was queued', () => {
    const pair = polled().poll({ value: 'one' }).poll({ value: 'two' }).poll({ value: 'three' });
    expect(pair.counts).toEqual(counts({ waiting: 2, unchanged: 1 }));
    expect(pair.crmAnswers().crmAnswers().counts).toEqual(counts({ changed: 2, created: 1, unchanged: 1 }));
  });

  it('counts once, however often its message comes', () => {
    const pair = polled().poll({ value: 'one' }, { number: 5 }).poll({ value: 'one' }, { number: 5 });
    expect(pair.counts).toEqual(counts({ waiting: 1 }));
    pair.crmAnswers().poll({ value: 'one' }, { number: 5 });
    expect(pair.counts).toEqual(counts({ changed: 1, created: 1 }));
  });

  it('counts once when it waited in another row until a later event was taken here', () => {
    const pair = new Polled().crm({ value: 'one' }, { offset: 5 }).accept();
    const late = { offset: 4, eventId: 'late', origin };
    expect(pair.crm({ value: 'old' }, late).counts).toEqual(noFates());
    pair.crm({ value: 'old' }, { ...late, isForwarded: true });
    expect(pair.counts).toEqual(counts({ unchanged: 1 }));
    pair.crm({ value: 'old' }, { ...late, isForwarded: true });
    expect(pair).toMatchObject({ counts: counts({ unchanged: 1 }), sent: [] });
  });

  it('waits while its stream is off', () => {
    const pair = polled({ toCrm: { enabled: false } }).poll({ value: 'one' });
    expect([pair.phase, pair.counts]).toEqual(['held', counts({ waiting: 1 })]);
  });
});

describe('what a decision adds to a window', () => {
  const change = aChange({ origin });

  it('is an error when a person has to say what became of it', () => {
    const before = aPairWith(aCurrent('unknown', { change }));
    const outcome = {
      syncId: change.syncId,
      operation: 'create',
      side: 'crm',
      status: syncStatus.unknown,
      failure: null,
      attempts: 1,
      at: 0,
      origin,
    } as const;
    const after = aPairWith(aCurrent('person'));
    const fates = fatesOf(
      before,
      { kind: 'wake' },
      {
        state: after,
        effects: [{ kind: 'outcome', outcome }],
        result: '',
      },
    );
    expect(fates).toEqual([{ origin, counts: counts({ errors: 1, waiting: -1 }) }]);
  });

  it('is nothing when it belongs to another row and is decided there', () => {
    const before = aPair();
    const effects = [{ kind: 'forward', rowId: 'r2', change }] as const;
    expect(
      fatesOf(before, { kind: 'change', change }, { state: before, effects: [...effects], result: '' }),
    ).toEqual([]);
  });

  it('is nothing while it stays under way, also aside while the ERP is read again', () => {
    const parked = aCurrent('parked', { change });
    const reread = aCurrent('reread', { change: aChange({ side: 'erp' }), aside: parked });
    expect(added(aPairWith(parked), aPairWith(reread))).toEqual(noFates());
    expect(added(aPairWith(reread), aPairWith(null))).toEqual(counts({ unchanged: 1, waiting: -1 }));
  });

  it('is nothing for changes that came with no batch', () => {
    expect(
      fatesOf(aPair(), { kind: 'change', change: aChange() }, { state: aPair(), effects: [], result: '' }),
    ).toEqual([]);
  });
});
