export type { AdaptedRecord } from './adapted-records.ts';
export { createAdapters, type Adapted, type Adapters, type AdaptersOptions } from './adapters.ts';
export type { ApiCall, CallApi } from './answer-calls.ts';
export { checkExpression } from './check-expression.ts';
export {
  createEvaluator,
  EvaluatorBusy,
  type Evaluated,
  type Evaluator,
  type EvaluatorOptions,
} from './evaluator.ts';
export { checkHook, type FunctionProblem } from './check-function.ts';
export type { HookResult, ReturnedRow, SyncArg } from './hook-result.ts';
export {
  createHooks,
  type HookRun,
  type Hooks,
  type HookSource,
  type HooksOptions,
  type ScriptRun,
} from './hooks.ts';
export type { AdapterInput, ExpressionRequest } from './jobs.ts';
export { SandboxUnavailable, type SandboxLogger } from './sandbox-pool.ts';
