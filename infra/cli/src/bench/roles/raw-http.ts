import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { listen } from './listen.ts';

export type RawHttpVerbs = ReturnType<typeof rawHttpVerbs>;

const answer = { errCode: 's106240000', errMsg: 'success' };

/** Servers that take JSON, answer JSON and do nothing else: what HTTP itself allows. */
export function rawHttpVerbs() {
  return {
    node: async (): Promise<{ port: number }> => listen(takeJson),
    express: async (): Promise<{ port: number }> => {
      const app = express();
      app.use(express.json());
      app.post('/', (_req, res) => {
        res.json(answer);
      });
      return listen(app);
    },
  };
}

function takeJson(req: IncomingMessage, res: ServerResponse): void {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const body = JSON.stringify(answer);
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    res.end(body);
  });
}
