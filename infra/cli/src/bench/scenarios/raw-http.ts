import { Sheet } from '../figures.ts';
import { pushBody } from '../records.ts';
import type { LoadVerbs } from '../roles/load.ts';
import type { RawHttpVerbs } from '../roles/raw-http.ts';
import type { Scenario } from '../scenario.ts';
import { repeat } from './repeat.ts';

const kinds = [
  { kind: 'node', label: 'node:http' },
  { kind: 'express', label: 'Express' },
] as const;
const connectionCounts = [32, 64];

/** What HTTP itself allows: the limit of the receiver. */
export const rawHttp: Scenario = {
  name: 'raw-http',
  about: 'POST of 1 KB of JSON to a server that parses it and answers a little JSON, with nothing behind it.',
  async measure(bench) {
    const load = await bench.place.child<LoadVerbs>('load');
    const sheet = new Sheet();
    for (const { kind, label } of kinds) {
      const server = await bench.place.child<RawHttpVerbs>('raw-http');
      const { port } = await server.call(kind);
      for (const connections of connectionCounts) {
        await repeat(bench, async (seconds, counts) => {
          const result = await load.call('run', {
            url: `http://127.0.0.1:${port}/`,
            connections,
            seconds,
            requests: [
              { headers: { 'content-type': 'application/json' }, body: pushBody({ key: 'raw', seq: 0 }) },
            ],
          });
          if (!counts) return;
          const id = `${kind}-${connections}`;
          sheet.add(
            { id, label: `${label}, ${connections} connections`, unit: 'requests/s' },
            result.acceptedPerSecond,
          );
        });
      }
      bench.place.end(server);
    }
    bench.place.end(load);
    return sheet.figures();
  },
};
