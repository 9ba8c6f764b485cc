import autocannon from 'autocannon';
import { percentile } from '../figures.ts';

export type LoadVerbs = ReturnType<typeof loadVerbs>;

export interface Load {
  url: string;
  connections: number;
  seconds: number;
  /** each connection sends them in turn */
  requests: { headers: Record<string, string>; body: string }[];
}

export interface LoadResult {
  /** requests answered 2xx */
  accepted: number;
  /** answered otherwise, or not at all */
  refused: number;
  acceptedPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Posts as fast as the other side answers, each connection one request at a time. */
export function loadVerbs() {
  return { run };
}

async function run({ url, connections, seconds, requests }: Load): Promise<LoadResult> {
  const took: number[] = [];
  let accepted = 0;
  const startedAt = performance.now();
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const load = autocannon(
      {
        url,
        connections,
        duration: seconds,
        requests: requests.map((one) => ({ method: 'POST', ...one })),
      },
      (error: Error | null, done) => {
        if (error) reject(error);
        else resolve(done);
      },
    );
    // Its own percentiles are whole milliseconds.
    load.on('response', (_client, status, _bytes, ms) => {
      took.push(ms);
      if (status >= 200 && status < 300) accepted += 1;
    });
  });
  return {
    accepted,
    refused: took.length - accepted + result.errors,
    acceptedPerSecond: accepted / ((performance.now() - startedAt) / 1000),
    p50Ms: percentile(took, 0.5),
    p99Ms: percentile(took, 0.99),
  };
}
