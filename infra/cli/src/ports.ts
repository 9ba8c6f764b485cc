import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { Refused } from './refused.ts';
import type { PortVariable } from './installation.ts';

/** A port that a process is about to listen on, with the variable that moves it. */
export interface WantedPort {
  name: string;
  host: string;
  port: number;
  variable: PortVariable;
}

/**
 * Checks that each port is free, before anything is started.
 * @throws Refused naming every port that is in use and the variable that moves it
 */
export async function requireFreePorts(wanted: WantedPort[]): Promise<void> {
  const problems = await Promise.all(wanted.map(portProblem));
  const lines = problems.filter((problem) => problem !== null);
  if (lines.length > 0) throw new Refused(lines.join('\n'), 2);
}

/** Below the ports that systems give to outgoing connections, any of which may take one before it is listened on. */
const lowest = 15_000;
const highest = 32_000;
const mostTries = 50;

/** A port that nothing listens on at this moment. */
export async function freePort(host: string): Promise<number> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const port = await bind(host, randomInt(lowest, highest));
    if (typeof port === 'number') return port;
  }
  const bound = await bind(host, 0);
  if (typeof bound !== 'number') throw new Refused(`No free port on ${host}: ${bound.code}.`, 2);
  return bound;
}

async function portProblem({ name, host, port, variable }: WantedPort): Promise<string | null> {
  const bound = await bind(host, port);
  if (typeof bound === 'number') return null;
  if (bound.code === 'EADDRINUSE') {
    return `Port ${port} on ${host} (${name}) is in use; set ${variable} to another port, or end the process that uses it.`;
  }
  if (bound.code === 'EACCES')
    return `Port ${port} (${name}) may not be used; set ${variable} to a port above 1023.`;
  return `Port ${port} on ${host} (${name}) cannot be opened (${bound.code}); check SYNCLINE_HOST and ${variable}.`;
}

function bind(host: string, port: number): Promise<number | { code: string }> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve({ code: error.code ?? 'unknown' });
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  });
}
