import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { apiPath } from './client.ts';
import { useRead } from './queries.ts';
import type { Overview } from './shapes.ts';

export type Connection = 'live' | 'connecting' | 'lost';

/** Without a word for this long a stream counts as lost, whatever the browser thinks of it. */
const silentAfterMs = 15_000;
const againAfterMs = 4_000;

/**
 * A tenant's overview as it moves: read once, then told by the server. The browser itself comes again after a short cut;
 * a refusal (a server that starts, too many browsers) ends its stream for good, and silence is no error to it: for both a
 * new stream is opened here. A hidden page has none: a browser has few connections to one server, and each tab would keep one.
 */
export function useLiveOverview(tenantId: string) {
  const client = useQueryClient();
  const found = useRead<Overview>(['tenants', tenantId, 'overview']);
  const [connection, setConnection] = useState<Connection>('connecting');
  useEffect(() => {
    const key = [apiPath(['tenants', tenantId, 'overview'])];
    return listen(apiPath(['live'], { tenant: tenantId }), {
      onOverview: (text) => client.setQueryData(key, JSON.parse(text) as Overview),
      onConnection: setConnection,
    });
  }, [client, tenantId]);
  return { ...found, connection };
}

interface Listener {
  onOverview(text: string): void;
  onConnection(connection: Connection): void;
}

function listen(path: string, { onOverview, onConnection }: Listener): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    source?.close();
    source = new EventSource(path);
    source.addEventListener('overview', (event: MessageEvent<string>) => {
      onConnection('live');
      onOverview(event.data);
      watch(silentAfterMs);
    });
    source.addEventListener('error', () => {
      onConnection('lost');
      if (source?.readyState === EventSource.CLOSED) watch(againAfterMs);
    });
    watch(silentAfterMs);
  }

  function watch(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      onConnection('lost');
      open();
    }, ms);
  }

  function close(): void {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function follow(): void {
    if (document.hidden) close();
    else open();
  }

  follow();
  document.addEventListener('visibilitychange', follow);
  return () => {
    document.removeEventListener('visibilitychange', follow);
    close();
  };
}
