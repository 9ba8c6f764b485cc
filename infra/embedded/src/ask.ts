import { connect } from 'node:net';

export interface Address {
  host: string;
  port: number;
}

const timeoutMs = 2_000;

/** Sends one request and gives what comes back as soon as it is whole; null when nothing does in two seconds. */
export function ask(
  address: Address,
  request: Buffer,
  isWhole: (reply: Buffer) => boolean,
): Promise<Buffer | null> {
  return new Promise((resolve) => {
    let reply = Buffer.alloc(0);
    const socket = connect(address);
    const end = (result: Buffer | null) => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(result);
    };
    const giveUp = () => {
      end(null);
    };
    const deadline = setTimeout(giveUp, timeoutMs);
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      reply = Buffer.concat([reply, chunk]);
      if (isWhole(reply)) end(reply);
    });
    socket.on('error', giveUp);
    socket.on('close', giveUp);
  });
}
