export * from './build.ts';
export * from './processes.ts';
