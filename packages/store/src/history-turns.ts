import type { mongo } from 'mongoose';
import { bounded } from './bounded.ts';
import { asText, byId, type Database, type Keyed } from './collection.ts';
import { isDuplicateKey } from './failure.ts';

interface TurnDocument extends Keyed {
  taskId: string;
}

export type HistoryTurns = ReturnType<typeof openHistoryTurns>;

/** Which of a tenant's historical sync tasks runs: one at a time. */
export function openHistoryTurns(database: Database) {
  const { native } = database.open<TurnDocument>({ name: 'history_turns', fields: { taskId: String } });

  return bounded('historyTurns', {
    /** Takes the turn if it is free. @returns the task that has it now */
    async take(tenantId: string, taskId: string): Promise<string> {
      try {
        await native.insertOne({ _id: asText(tenantId), taskId: asText(taskId) });
        return taskId;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const there = await native.findOne(byId(tenantId) as mongo.Filter<TurnDocument>);
        return there?.taskId ?? '';
      }
    },

    async end(tenantId: string, taskId: string): Promise<void> {
      await native.deleteOne({ _id: asText(tenantId), taskId: { $eq: asText(taskId) } });
    },
  });
}
