import { bounded } from './bounded.ts';
import { asText, byId, removeIds, type CollectionSpec, type Database, type Keyed } from './collection.ts';

/** Someone who signed in to the console. */
export interface Session {
  /** sha256 of what the browser holds, hex */
  id: string;
  user: string;
  /** ms */
  createdAt: number;
  /** ms */
  lastSeenAt: number;
  /** ms */
  expiresAt: number;
}

interface SessionDocument extends Keyed, Omit<Session, 'id'> {}

const sessionSpec: CollectionSpec = {
  name: 'console_sessions',
  fields: { user: String, createdAt: Number, lastSeenAt: Number, expiresAt: Number },
};

/** Who signs in more often loses the oldest: a script that never signs out fills no store. */
const mostOfOneUser = 20;

export type Sessions = ReturnType<typeof openSessions>;

/** Sessions of the console, found by id; a small collection, since each user has few and they end within hours. */
export function openSessions(database: Database) {
  const { native } = database.open<SessionDocument>(sessionSpec);

  return bounded('sessions', {
    async add({ id, ...session }: Session): Promise<void> {
      await native.insertOne({ _id: asText(id), ...session });
      const own = await native
        .find({ user: { $eq: asText(session.user) } }, { projection: { createdAt: 1 } })
        .sort({ createdAt: -1, _id: 1 })
        .toArray();
      await removeIds(
        native,
        own.slice(mostOfOneUser).map(({ _id }) => _id),
      );
    },

    async get(id: string): Promise<Session | null> {
      const found = await native.findOne(byId(id));
      if (found === null) return null;
      const { _id, ...session } = found;
      return { id: _id, ...session };
    },

    /** Notes that it is in use. */
    async touch(id: string, at: number): Promise<void> {
      await native.updateOne(byId(id), { $set: { lastSeenAt: at } });
    },

    async remove(id: string): Promise<void> {
      await native.deleteOne(byId(id));
    },

    async removeOfUser(user: string): Promise<void> {
      await native.deleteMany({ user: { $eq: asText(user) } });
    },

    /** Removes those that have ended: over at `now`, or unused since `idleSince` (ms). */
    async removeEnded({ now, idleSince }: { now: number; idleSince: number }): Promise<number> {
      const ended = { $or: [{ expiresAt: { $lte: now } }, { lastSeenAt: { $lt: idleSince } }] };
      return (await native.deleteMany(ended)).deletedCount;
    },
  });
}
