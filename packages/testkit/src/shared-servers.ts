/** A real broker and a real store, for as long as a test run needs them. */
export interface BrokerAndStore {
  kafkaBrokers: string[];
  /** without a database: see `uniquePlace` */
  mongodbUri: string;
  stop(): Promise<void>;
}
