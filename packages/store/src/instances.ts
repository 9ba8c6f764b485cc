import { bounded } from './bounded.ts';
import { byId, asText, type Database, type Keyed } from './collection.ts';

/** One running process of a service, so that pushers can split a data center's pace (design, "One pace per ERP"). */
export interface Instance {
  service: string;
  id: string;
  /** ms; its last heart-beat */
  at: number;
}

interface InstanceDocument extends Keyed {
  service: string;
  at: number;
}

/** Instances that have been silent this long are forgotten. */
const forgetAfterMs = 24 * 60 * 60_000;

export type Instances = ReturnType<typeof openInstances>;

export function openInstances(database: Database) {
  const { native } = database.open<InstanceDocument>({
    name: 'instances',
    fields: { service: String, at: Number },
  });

  return bounded('instances', {
    async beat({ service, id, at }: Instance): Promise<void> {
      await native.replaceOne(byId(`${service}/${id}`), { service: asText(service), at }, { upsert: true });
      await native.deleteMany({ at: { $lt: at - forgetAfterMs } });
    },

    /** How many instances of a service have been heard of since `since` (ms). */
    async alive(service: string, since: number): Promise<number> {
      const found = await native.find({ service: { $eq: asText(service) }, at: { $gte: since } }).toArray();
      return found.length;
    },

    /** An instance that stops says so, and its share goes to the others at once. */
    async leave({ service, id }: Pick<Instance, 'service' | 'id'>): Promise<void> {
      await native.deleteOne(byId(`${service}/${id}`));
    },
  });
}
