import { UnreadableMessage } from '@syncline/contract';
import { deliver, redeliveryDelayMs, type HandleMessage } from './delivery.ts';
import { toReceived } from './received.ts';

const original = {
  key: Buffer.from('81138/AccountObj/A1'),
  value: Buffer.from('{}'),
  headers: { traceparent: [Buffer.from('old'), Buffer.from('new')] },
  timestamp: '1700000000000',
  attributes: 0,
  offset: '7',
};
const message = toReceived('crm.events', 3, original);

function setUp(handle: HandleMessage): {
  run(): Promise<boolean>;
  buried: string[];
  failing: boolean[];
  ended: AbortController;
} {
  const buried: string[] = [];
  const failing: boolean[] = [];
  const ended = new AbortController();
  const bury = (_message: unknown, _original: unknown, why: Error): Promise<void> => {
    buried.push(why.message);
    return Promise.resolve();
  };
  const delivery = { message, original, ended: ended.signal, failing: (is: boolean) => failing.push(is) };
  const signal = new AbortController().signal;
  return {
    run: () => deliver(delivery, { handle, bury, onFailure: () => undefined, signal }),
    buried,
    failing,
    ended,
  };
}

const { jest } = import.meta;

describe('delivering a message', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('hands over key, bytes, the last of each header and the time', async () => {
    const seen: unknown[] = [];
    const { run } = setUp((received) => Promise.resolve(void seen.push(received)));
    await expect(run()).resolves.toBe(true);
    expect(seen).toEqual([
      {
        topic: 'crm.events',
        partition: 3,
        offset: 7,
        key: '81138/AccountObj/A1',
        value: Buffer.from('{}'),
        headers: { traceparent: 'new' },
        timestamp: 1700000000000,
      },
    ]);
  });

  it('buries what cannot be read, once', async () => {
    const { run, buried } = setUp(() => Promise.reject(new UnreadableMessage('the value is not JSON')));
    await expect(run()).resolves.toBe(true);
    expect(buried).toEqual(['the value is not JSON']);
  });

  it('hands it over again after any other error, until it is handled', async () => {
    let calls = 0;
    const { run, failing } = setUp(() => {
      calls += 1;
      return calls < 4 ? Promise.reject(new Error('store away')) : Promise.resolve();
    });
    const result = run();
    await jest.advanceTimersByTimeAsync(100);
    expect(calls).toBe(2);
    await jest.advanceTimersByTimeAsync(600);
    await expect(result).resolves.toBe(true);
    expect(failing).toEqual([true, false]);
  });

  it('gives up between two tries when nobody waits for it any more', async () => {
    let calls = 0;
    const { run, ended, failing } = setUp(() => {
      calls += 1;
      return Promise.reject(new Error('store away'));
    });
    const result = run();
    await jest.advanceTimersByTimeAsync(50);
    ended.abort();
    await expect(result).resolves.toBe(false);
    expect([calls, failing]).toEqual([1, [true, false]]);
  });

  it('does not begin what nobody waits for', async () => {
    const handle = jest.fn(() => Promise.resolve());
    const { run, ended } = setUp(handle);
    ended.abort();
    await expect(run()).resolves.toBe(false);
    expect(handle).not.toHaveBeenCalled();
  });

  it('waits longer after each failure, up to ten seconds', () => {
    expect([1, 2, 3, 7, 8, 50].map(redeliveryDelayMs)).toEqual([100, 200, 400, 6_400, 10_000, 10_000]);
  });
});
