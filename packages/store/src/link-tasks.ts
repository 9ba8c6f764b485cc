import type { Side } from '@syncline/contract';
import type { mongo } from 'mongoose';
import { bounded } from './bounded.ts';
import { asText, byId, upsertAll, type Database, type Keyed } from './collection.ts';

/** How far the reading of one side is. */
export interface LinkReading {
  state: 'reading' | 'read' | 'failed';
  /** ms; all that changed before it was read */
  cursor: number;
  /** records that were read; one that is met again is counted again */
  records: number;
  /** what people have to know of it, and why it failed */
  problems: string[];
  /** tries in a row that failed */
  failures: number;
  owner: string;
  /** ms; until then no other process reads */
  until: number;
}

/** Pairing what a stream's two sides hold already: one task a stream, the newest. */
export interface LinkTask {
  streamId: string;
  /** tells the records of this reading from those of one before */
  run: string;
  tenantId: string;
  dataCenterId: string;
  crmObject: string;
  erpObject: string;
  /** fields that hold the same on both sides */
  match: { erp: string; crm: string }[];
  /** ms of the last change of a record; `to` null is the time at which the reading ends */
  from: number;
  to: number | null;
  /** readings before, of which records may be left */
  formerRuns: string[];
  crm: LinkReading;
  erp: LinkReading;
  createdAt: number;
}

type TaskDocument = Keyed & Omit<LinkTask, 'streamId'>;
type Named = Pick<LinkTask, 'streamId' | 'run'>;

const mostOpen = 1000;

export type LinkTasks = ReturnType<typeof openLinkTasks>;

export function openLinkTasks(database: Database) {
  const { native } = database.open<TaskDocument>({ name: 'link_tasks', fields: {} });

  /** Changes the task if it still is the same reading; false when it is not, or the condition does not hold. */
  async function change(
    { streamId, run }: Named,
    condition: mongo.Document,
    set: mongo.Document,
  ): Promise<boolean> {
    const filter = { ...byId(streamId), run: asText(run), ...condition } as mongo.Filter<TaskDocument>;
    const { matchedCount } = await native.updateOne(filter, {
      $set: set,
    });
    return matchedCount > 0;
  }

  return bounded('linkTasks', {
    async get(streamId: string): Promise<LinkTask | null> {
      const found = await native.findOne(byId(streamId));
      return found === null ? null : toTask(found);
    },

    /** Those of which a side is still to be read. A small register: one a stream. */
    async open(side: Side): Promise<LinkTask[]> {
      const found = await native.find({ [`${side}.state`]: 'reading' }, { limit: mostOpen }).toArray();
      return found.map(toTask);
    },

    /** In place of the stream's task before; whoever reads for that one hears that it is over. */
    begin({ streamId, ...task }: LinkTask): Promise<void> {
      const filter = byId(streamId) as mongo.Filter<TaskDocument>;
      return upsertAll(native, [{ replaceOne: { filter, replacement: task, upsert: true } }]);
    },

    /** Takes one side to read it; false when another process has it. */
    lease(task: Named, side: Side, lease: { owner: string; until: number; now: number }): Promise<boolean> {
      const { owner, until, now } = lease;
      const isFree = { $or: [{ [`${side}.owner`]: owner }, { [`${side}.until`]: { $lte: now } }] };
      return change(task, isFree, { [`${side}.owner`]: owner, [`${side}.until`]: until });
    },

    /** How far a side is now; false when another process has it, or a newer reading has begun. */
    advance(task: Named, side: Side, owner: string, reading: LinkReading): Promise<boolean> {
      return change(task, { [`${side}.owner`]: owner }, { [side]: reading });
    },

    async remove({ streamId, run }: Named): Promise<void> {
      await native.deleteOne({ ...byId(streamId), run: asText(run) });
    },
  });
}

function toTask({ _id, ...task }: mongo.WithId<TaskDocument>): LinkTask {
  return { streamId: _id, ...task };
}
