/** What a child process of the benchmark can be told to do. */
export type Verbs = { [verb: string]: (argument: never) => Promise<unknown> };

export interface Call {
  id: number;
  verb: string;
  argument: unknown;
}

export type Answer = { id: number; value: unknown } | { id: number; error: string };

/** Does what the parent asks, until it goes away. */
export function serveVerbs(verbs: Verbs): void {
  process.on('message', (message) => {
    void answer(message as Call, verbs).then((reply) => process.send?.(reply));
  });
  process.send?.({ id: 0, value: null } satisfies Answer);
}

async function answer({ id, verb, argument }: Call, verbs: Verbs): Promise<Answer> {
  try {
    const run = verbs[verb];
    if (run === undefined) throw new Error(`there is no verb ${verb}`);
    return { id, value: await run(argument as never) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
