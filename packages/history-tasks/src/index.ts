export { createHistoryTaskLoop } from './history-tasks.loop.ts';
export type { HeldTask } from './lease.ts';
export { newHistoryTask } from './new-task.ts';
export { progressOf, shownStateOf, shownStates, type ShownProgress, type ShownState } from './progress.ts';
export type { Slice } from './slices.ts';
export { SliceLater, type SliceContext, type SliceRead, type SourceReader } from './source-reader.ts';
export { createTaskLoop, type TaskLoopOptions, type TurnTask } from './task.loop.ts';
export { createPacer, type Pacer } from './pacer.ts';
export { shownRetryTask } from './shown-retry.ts';
