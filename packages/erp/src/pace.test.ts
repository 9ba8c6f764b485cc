import { paceParts, createPace, type Entry, type Pace, type PaceOptions } from './pace.ts';
import type { Timer } from './timer.ts';

/** Time that moves only when told, and runs what falls due on its way. */
class HandTimer implements Timer {
  #at = 0;
  readonly #due = new Set<{ at: number; run(): void }>();

  now(): number {
    return this.#at;
  }

  schedule(run: () => void, ms: number): () => void {
    const entry = { at: this.#at + ms, run };
    this.#due.add(entry);
    return () => this.#due.delete(entry);
  }

  async advance(ms: number): Promise<void> {
    const until = this.#at + ms;
    for (;;) {
      const next = [...this.#due].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > until) break;
      this.#due.delete(next);
      this.#at = Math.max(this.#at, next.at);
      next.run();
      await settle();
    }
    this.#at = until;
  }

  jump(ms: number): void {
    this.#at += ms;
  }
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
};

interface Asked {
  entry: Entry | null;
}

function ask(pace: Pace): Asked {
  const asked: Asked = { entry: null };
  void pace.enter().then((entry) => {
    asked.entry = entry;
  });
  return asked;
}

function setUp(dataCenter: PaceOptions['dataCenter'], more: Partial<PaceOptions> = {}) {
  const timer = new HandTimer();
  return { timer, pace: createPace({ dataCenter, share: () => 1, timer, ...more }) };
}

const leave = (asked: Asked | undefined): void => {
  if (asked?.entry?.entered !== true) throw new Error('it has not entered');
  asked.entry.leave();
};
const entered = (all: Asked[]): number => all.filter(({ entry }) => entry?.entered === true).length;
const refused = (all: Asked[]): number => all.filter(({ entry }) => entry?.entered === false).length;

describe('a pace', () => {
  it('lets so many run at once, first come, first served', async () => {
    const { pace } = setUp({ concurrency: 2, requestsPerSecond: null });
    const all = [ask(pace), ask(pace), ask(pace), ask(pace)];
    await settle();
    expect(all.map(({ entry }) => entry?.entered)).toEqual([true, true, undefined, undefined]);
    leave(all[1]);
    leave(all[1]);
    await settle();
    expect(all.map(({ entry }) => entry?.entered)).toEqual([true, true, true, undefined]);
    expect([pace.running, pace.waiting]).toEqual([2, 1]);
  });

  it('keeps to the rate', async () => {
    const { pace, timer } = setUp({ concurrency: 100, requestsPerSecond: 10 });
    const all = Array.from({ length: 40 }, () => ask(pace));
    await settle();
    expect(entered(all)).toBe(1);
    await timer.advance(1_000);
    expect(entered(all)).toBe(11);
    await timer.advance(2_000);
    expect(entered(all)).toBe(31);
  });

  it('divides rate and concurrency among the processes that share', async () => {
    let share = 4;
    const { pace, timer } = setUp({ concurrency: 8, requestsPerSecond: 40 }, { share: () => share });
    const all = Array.from({ length: 30 }, () => ask(pace));
    await timer.advance(150);
    expect(entered(all)).toBe(2);
    share = 1;
    leave(all[0]);
    await timer.advance(500);
    expect(entered(all)).toBe(9);
  });

  it('has parts for pushers and pollers that together are no more than the whole', async () => {
    const { pushers, pollers } = paceParts;
    expect(pushers + pollers).toBe(1);
    const running = async (part: number): Promise<number> => {
      const pace = createPace({
        dataCenter: { concurrency: 8, requestsPerSecond: null },
        share: () => 1 / part,
      });
      for (let i = 0; i < 8; i += 1) void pace.enter();
      await Promise.resolve();
      return pace.running;
    };
    expect([await running(pushers), await running(pollers)]).toEqual([6, 2]);
  });

  it('never divides to nothing', async () => {
    const { pace } = setUp({ concurrency: 1, requestsPerSecond: null }, { share: () => 5 });
    const first = ask(pace);
    await settle();
    expect(entered([first])).toBe(1);
  });

  it('does not take what the rate would keep waiting over 5 s', async () => {
    const { pace } = setUp({ concurrency: 100, requestsPerSecond: 2 });
    const all = Array.from({ length: 20 }, () => ask(pace));
    await settle();
    expect([entered(all), refused(all)]).toEqual([1, 9]);
    expect(all[19]?.entry).toMatchObject({ retryAfterMs: 5_500 });
  });

  it('gives back at once what a hanging ERP would keep waiting, beginning at the end', async () => {
    const { pace, timer } = setUp({ concurrency: 8, requestsPerSecond: null });
    const all = Array.from({ length: 248 }, () => ask(pace));
    await timer.advance(1_000);
    expect(entered(all)).toBe(8);
    expect(refused(all)).toBeGreaterThan(190);
    expect(all[8]?.entry).toBeNull();
    await timer.advance(4_500);
    expect(refused(all)).toBe(240);
    const next = Array.from({ length: 50 }, () => ask(pace));
    await settle();
    expect(refused(next)).toBe(43);
  });

  it('does not mistake its own standstill for a slow ERP', async () => {
    const { pace, timer } = setUp({ concurrency: 1, requestsPerSecond: null });
    const all = Array.from({ length: 20 }, () => ask(pace));
    timer.jump(3_000);
    await timer.advance(0);
    expect(refused(all)).toBe(0);
  });

  it('takes those beyond the waiting room only if their turn comes soon', async () => {
    const { pace, timer } = setUp({ concurrency: 1, requestsPerSecond: null }, { waitingRoom: () => 3 });
    const all = Array.from({ length: 10 }, () => ask(pace));
    await timer.advance(250);
    expect([entered(all), refused(all)]).toEqual([1, 6]);
    expect(pace.waiting).toBe(3);
  });

  it('takes a changed configuration at once', async () => {
    const { pace } = setUp({ concurrency: 1, requestsPerSecond: null });
    const all = [ask(pace), ask(pace), ask(pace)];
    await settle();
    pace.update({ concurrency: 3, requestsPerSecond: null });
    await settle();
    expect(entered(all)).toBe(3);
  });
});
