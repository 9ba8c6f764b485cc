import { bounded } from './bounded.ts';
import { byId, type Database, type Keyed } from './collection.ts';
import { isDuplicateKey } from './failure.ts';

export type CounterName = 'erpOrder' | 'crmRevision';

interface Counter extends Keyed {
  last: number;
}

export type Counters = ReturnType<typeof openCounters>;

/** Numbers that only rise, whatever clocks do (design, "What is newer is defined"). */
export function openCounters(database: Database) {
  const { native } = database.open<Counter>({ name: 'counters', fields: { last: Number } });

  async function take(name: CounterName, count: number): Promise<number> {
    try {
      const counter = await native.findOneAndUpdate(
        byId(name),
        { $inc: { last: count } },
        { upsert: true, returnDocument: 'after' },
      );
      if (counter === null) throw new Error(`the counter ${name} was not returned`);
      return counter.last - count + 1;
    } catch (error) {
      // Two first takers at once: one of them finds the document that the other made.
      if (isDuplicateKey(error)) return take(name, count);
      throw error;
    }
  }

  return bounded('counters', {
    /** The first number of a block of `count`; no other caller gets one of them. Numbers of a lost answer are skipped. */
    take,
  });
}
