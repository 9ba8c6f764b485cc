export * from './catalog.ts';
export * from './view.ts';
