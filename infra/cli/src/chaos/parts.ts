/** Processes of Syncline that meet broker and store through proxies of their own. */
export const services = ['receiver', 'poller', 'mapping', 'pusher', 'console'] as const;
type Service = (typeof services)[number];

/** Every process that is killed and paused; an instance `mapping-2` counts as its service. */
export const victims = [...services, 'sandbox-erp', 'sandbox-crm', 'kafka', 'store'] as const;
export type Victim = (typeof victims)[number];

/** Who comes to the broker through a proxy. */
export const kafkaClients = [...services, 'sandbox-crm'] as const;

/** A way between two parts that can be cut, stalled and slowed. `to-erp` is the way of poller and pusher, `to-receiver` the ERP's. */
export type Link = `${(typeof kafkaClients)[number]}-kafka` | `${Service}-store` | 'to-erp' | 'to-receiver';

export const links: readonly Link[] = [
  ...kafkaClients.map((client) => `${client}-kafka` as const),
  ...services.map((service) => `${service}-store` as const),
  'to-erp',
  'to-receiver',
];

/** Consumers whose offsets are set back to the beginning while they are down, and their groups. */
export const groups = {
  mapping: 'syncline-mapping',
  pusher: 'syncline-pusher',
  'sandbox-crm': 'sandbox-crm',
} as const;
export type Rewound = keyof typeof groups;

/** What writes to the disk for all others. */
export const onDisk = ['kafka', 'store'] as const;
export type OnDisk = (typeof onDisk)[number];
