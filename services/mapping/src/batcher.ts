import { createGroupFlush, type Part } from '@syncline/chassis';
import { UnreadableMessage } from '@syncline/contract';
import type { Addressed } from './addressed.ts';
import type { Carried, CarryOut } from './carry-out.ts';
import { batchSize } from './metrics.ts';

/** Inputs that belong together: they came with one message or one call. */
type Parcel = readonly Addressed[];

export interface Batcher extends Part {
  /**
   * Carries inputs out with whatever else waits; settles when their effects are produced.
   * @throws UnreadableMessage when one of them met a fault of ours, which would come again
   */
  submit(parcel: Parcel): Promise<Carried[]>;
  /** Rows that have something to look at now. What is more than can be kept is dropped: it is due by itself too. */
  wake(rowIds: readonly string[]): void;
}

const mostInputs = 500;
const mostWaiting = 20_000;
const mostWoken = 5_000;

/** One batch is out at a time, and the next collects meanwhile (performance, "What the numbers say"). */
export function createBatcher(makeCarryOut: (wake: Batcher['wake']) => CarryOut): Batcher {
  const group = createGroupFlush<Parcel, Carried[]>({
    flush: (parcels) => runTogether(carryOut, parcels),
    maxItems: mostInputs,
    maxWaiting: mostWaiting,
  });
  const woken = new Set<string>();

  const wake = (rowIds: readonly string[]): void => {
    for (const rowId of rowIds) {
      if (woken.size >= mostWoken || woken.has(rowId)) continue;
      woken.add(rowId);
      const forget = () => woken.delete(rowId);
      group.add([{ kind: 'row', rowId, input: { kind: 'wake' } }]).then(forget, forget);
    }
  };
  const carryOut = makeCarryOut(wake);

  return {
    name: 'batches',
    start: () => Promise.resolve(),
    stop: () => group.drain(),
    async submit(parcel) {
      if (parcel.length === 0) return [];
      const carried = await group.add(parcel);
      const fault = carried.find((one) => !one.ok);
      if (fault !== undefined)
        throw new UnreadableMessage(`it could not be decided: ${messageOf(fault.error)}`);
      return carried;
    },
    wake,
  };
}

async function runTogether(carryOut: CarryOut, parcels: readonly Parcel[]): Promise<Carried[][]> {
  batchSize.observe(parcels.length);
  const answers = await carryOut.run(parcels.flat());
  let next = 0;
  return parcels.map((parcel) => answers.slice(next, (next += parcel.length)));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
