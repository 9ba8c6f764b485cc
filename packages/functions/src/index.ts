export type { AdaptedRecord } from './adapted-records.ts';
export {
  createAdapters,
  type Adapted,
  type Adapters,
  type AdaptersOptions,
  type ApiCall,
  type CallApi,
} from './adapters.ts';
export { checkExpression } from './check-expression.ts';
export {
  createEvaluator,
  EvaluatorBusy,
  type Evaluated,
  type Evaluator,
  type EvaluatorOptions,
} from './evaluator.ts';
export type { AdapterInput, ExpressionRequest } from './jobs.ts';
export { SandboxUnavailable, type SandboxLogger } from './sandbox-pool.ts';
