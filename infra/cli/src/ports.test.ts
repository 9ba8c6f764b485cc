import { createServer, type AddressInfo, type Server } from 'node:net';
import { freePort, requireFreePorts } from './ports.ts';

const host = '127.0.0.1';

function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, host, () => {
      resolve({ server, port: (server.address() as AddressInfo).port });
    });
  });
}

describe('requireFreePorts', () => {
  it('accepts ports that nothing listens on', async () => {
    const port = await freePort(host);
    await requireFreePorts([{ name: 'pusher', host, port, variable: 'PUSHER_PORT' }]);
  });

  it('names every port in use, its process and the variable that moves it', async () => {
    const [first, second] = [await listen(), await listen()];
    try {
      const wanted = [
        { name: 'pusher', host, port: first.port, variable: 'PUSHER_PORT' as const },
        { name: 'kafka', host, port: second.port, variable: 'KAFKA_PORT' as const },
      ];
      const refusal = await requireFreePorts(wanted).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ exitCode: 2 });
      expect(String(refusal)).toMatch(new RegExp(`${first.port}.*pusher.*PUSHER_PORT`));
      expect(String(refusal)).toMatch(new RegExp(`${second.port}.*kafka.*KAFKA_PORT`));
    } finally {
      first.server.close();
      second.server.close();
    }
  });

  it('names SYNCLINE_HOST when the address is not of this machine', async () => {
    const wanted = [{ name: 'console', host: '192.0.2.1', port: 1, variable: 'CONSOLE_PORT' as const }];
    await expect(requireFreePorts(wanted)).rejects.toThrow('SYNCLINE_HOST');
  });
});
