// What travels between a service and its sandbox processes. All record data in it is JSON text. This file and all that
// the sandbox loads is erasable TypeScript, as it runs from source too.

/** Expressions over one input; `bindings` are JSON texts by name. */
export interface ExpressionRequest {
  input: string;
  bindings?: Record<string, string>;
  expressions: string[];
}

/** The value as JSON text, or what went wrong. */
export type ExpressionOutcome = { text: string } | { message: string };

export interface ExpressionJob {
  kind: 'expressions';
  requests: ExpressionRequest[];
  /** after this long no further request is begun: those left over come back undone */
  sliceMs: number;
}

/** One list of outcomes for each request that was done, from the first on. */
export interface ExpressionReply {
  outcomes: ExpressionOutcome[][];
}

/** What an adapter sees of a push (contract 3). */
export interface AdapterInput {
  headers: Record<string, string>;
  contentType: string;
  /** JSON text of the parsed body; null when it was not parsed */
  body: string | null;
  /** the body as text */
  raw: string;
}

interface FunctionLimits {
  source: string;
  timeLimitMs: number;
  memoryBytes: number;
  /** of `Fx.proxy.callAPI` */
  mostCalls: number;
}

/** JavaScript that an operator wrote; `input` of a hook is `syncArg`, of a script whatever it is given, as JSON text. */
export type FunctionJob = { kind: 'function' } & FunctionLimits &
  ({ entry: 'adapt'; input: AdapterInput } | { entry: 'hook' | 'script'; input: string });

/** What the function returned as JSON text, or what went wrong, and in which line if that is known. */
export type FunctionOutcome = { text: string } | { message: string; line?: number };

export interface FunctionReply {
  outcome: FunctionOutcome;
  /** what the function logged */
  log: string[];
  /** it ran over its time limit */
  broke: boolean;
}

export type Job = ExpressionJob | FunctionJob;
export type ReplyTo<J extends Job> = J extends ExpressionJob ? ExpressionReply : FunctionReply;

/** The largest value that leaves a sandbox, as JSON text. */
export const maxOutputChars = 8 * 1024 * 1024;

/** The descriptor through which a sandbox asks the service something and waits: a JSON text a line, both ways. */
export const callChannel = 4;

/** A process that used this much CPU time is replaced after its job, before its limit (process.ts) ends it. */
export const retireCpuSeconds = 60;

/** A process that holds this much is replaced too: WebAssembly memory never shrinks. */
export const retireBytes = 250 * 1024 * 1024;

/** `ready` once, then one `reply` for each job. */
export type FromSandbox = { ready: true } | { reply: ExpressionReply | FunctionReply; retire: boolean };
