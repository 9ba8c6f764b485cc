export type { Lag } from './admin.ts';
export type { ConnectionSettings } from './client.ts';
export { connectKafka, type Kafka, type KafkaOptions } from './connect.ts';
export type { Consumer, ConsumerOptions } from './consumer.ts';
export type { HandleMessage } from './delivery.ts';
export { MessageTooLarge, type Outgoing } from './outgoing.ts';
export { PublishFailed, type Producer } from './producer.ts';
export type { Received } from './received.ts';
