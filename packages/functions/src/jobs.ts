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

export interface AdapterJob {
  kind: 'adapter';
  source: string;
  input: AdapterInput;
  timeLimitMs: number;
  memoryBytes: number;
}

export interface AdapterReply {
  /** what `adapt` returned as JSON text */
  outcome: ExpressionOutcome;
  /** what the adapter logged */
  log: string[];
}

export type Job = ExpressionJob | AdapterJob;
export type ReplyTo<J extends Job> = J extends ExpressionJob ? ExpressionReply : AdapterReply;

/** The largest value that leaves a sandbox, as JSON text. */
export const maxOutputChars = 8 * 1024 * 1024;

/** The descriptor through which a sandbox asks the service something and waits: a JSON text a line, both ways. */
export const callChannel = 4;

/** A process that used this much CPU time is replaced after its job, before its limit (process.ts) ends it. */
export const retireCpuSeconds = 60;

/** A process that holds this much is replaced too: WebAssembly memory never shrinks. */
export const retireBytes = 250 * 1024 * 1024;

/** `ready` once, then one `reply` for each job. */
export type FromSandbox = { ready: true } | { reply: ExpressionReply | AdapterReply; retire: boolean };
