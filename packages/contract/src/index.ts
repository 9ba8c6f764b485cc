export * from './error-codes.ts';
export * from './failure.ts';
export * from './json.ts';
export * from './messages.ts';
export * from './origin.ts';
export * from './record.ts';
export * from './retry-policy.ts';
export * from './topics.ts';
