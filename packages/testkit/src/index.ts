export * from './broker-and-store.ts';
export * from './builders.ts';
export * from './eventually.ts';
export * from './free-port.ts';
export type { BrokerAndStore } from './shared-servers.ts';
export * from './start-syncline.ts';
export * from './unique-place.ts';
