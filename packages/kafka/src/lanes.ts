export interface LanesOptions<T> {
  /** runs at the same time, over all lanes */
  maxRunning: number;
  /** must not reject */
  run(item: T): Promise<void>;
}

/** Items of one lane run one after the other in the order they were added; lanes run side by side, each in its turn. */
export interface Lanes<T> {
  /** @param goesFirst its lane, if it is a new one, starts before those that wait and do not */
  add(lane: string, item: T, goesFirst?: boolean): void;
  /** Settles when nothing runs and nothing waits. */
  idle(): Promise<void>;
  readonly running: number;
  readonly waiting: number;
}

interface Lane<T> {
  name: string;
  queue: T[];
  goesFirst: boolean;
}

export function createLanes<T>({ maxRunning, run }: LanesOptions<T>): Lanes<T> {
  // A lane is in `lanes` while one of its items runs or waits, and in `startable` while it waits and none runs.
  const lanes = new Map<string, Lane<T>>();
  const startable = createFifo<Lane<T>>();
  const startableFirst = createFifo<Lane<T>>();
  let running = 0;
  let waiting = 0;
  const idleWaiters: (() => void)[] = [];

  const startWhatFits = (): void => {
    while (running < maxRunning) {
      const lane = startableFirst.take() ?? startable.take();
      const item = lane?.queue.shift();
      if (lane === undefined || item === undefined) return;
      waiting -= 1;
      running += 1;
      const ended = (): void => afterRun(lane);
      run(item).then(ended, ended);
    }
  };

  const putStartable = (lane: Lane<T>): void => {
    (lane.goesFirst ? startableFirst : startable).put(lane);
  };

  const afterRun = (lane: Lane<T>): void => {
    running -= 1;
    if (lane.queue.length > 0) putStartable(lane);
    else lanes.delete(lane.name);
    startWhatFits();
    if (running === 0 && waiting === 0) {
      for (const resolve of idleWaiters.splice(0)) resolve();
    }
  };

  return {
    add(name, item, goesFirst = false) {
      waiting += 1;
      const lane = lanes.get(name);
      if (lane !== undefined) {
        lane.queue.push(item);
        return;
      }
      const opened = { name, queue: [item], goesFirst };
      lanes.set(name, opened);
      putStartable(opened);
      startWhatFits();
    },
    idle() {
      if (running === 0 && waiting === 0) return Promise.resolve();
      return new Promise((resolve) => idleWaiters.push(resolve));
    },
    get running() {
      return running;
    },
    get waiting() {
      return waiting;
    },
  };
}

/** An array's `shift` moves all that is behind; with thousands of lanes that is most of the work. */
function createFifo<T>(): { put(item: T): void; take(): T | undefined } {
  let items: T[] = [];
  let head = 0;
  return {
    put(item) {
      items.push(item);
    },
    take() {
      const item = items[head];
      if (item === undefined) return undefined;
      head += 1;
      if (head === items.length || head === 1024) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
  };
}
