import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { apiPath, read, type QueryValues } from './client.ts';
import type { Page, Stream, TenantDetail, TenantLine } from './shapes.ts';

const pageSize = 50;

/** What takes long to read is read seldom: a page that stays open must not keep the store busy. */
const restFactor = 20;
const took = new Map<string, number>();

async function readTimed<T>(path: string, signal: AbortSignal): Promise<T> {
  const startedAt = performance.now();
  const answer = await read<T>(path, signal);
  took.set(path, performance.now() - startedAt);
  return answer;
}

function restOf(path: string, everyMs: number): number {
  return Math.max(everyMs, restFactor * (took.get(path) ?? 0));
}

/** One answer of the API; asked again every `everyMs`, if that is given. */
export function useRead<T>(segments: readonly string[] | null, query: QueryValues = {}, everyMs?: number) {
  const path = segments === null ? '' : apiPath(segments, query);
  return useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => readTimed<T>(path, signal),
    enabled: segments !== null,
    placeholderData: keepPreviousData,
    ...(everyMs !== undefined && { refetchInterval: () => restOf(path, everyMs) }),
  });
}

/** A list of the API, page after page. Only a first page is asked for again: who leafs reads what is there. */
export function useList<T>(segments: readonly string[], query: QueryValues = {}, everyMs?: number) {
  const limit = query['limit'] ?? pageSize;
  const first = apiPath(segments, { ...query, limit });
  const found = useInfiniteQuery({
    queryKey: ['list', first],
    queryFn: ({ signal, pageParam }) =>
      readTimed<Page<T>>(apiPath(segments, { ...query, limit, after: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    ...(everyMs !== undefined && {
      refetchInterval: ({ state }: { state: { data: { pages: unknown[] } | undefined } }) =>
        (state.data?.pages.length ?? 0) > 1 ? false : restOf(first, everyMs),
    }),
  });
  return { ...found, items: found.data?.pages.flatMap(({ items }) => items) ?? [] };
}

export function useTenants() {
  return useRead<Page<TenantLine>>(['tenants'], { limit: 200 });
}

export function useTenantDetail(tenantId: string) {
  return useRead<TenantDetail>(['tenants', tenantId]);
}

export function useStreams(tenantId: string) {
  return useRead<Page<Stream>>(['tenants', tenantId, 'streams'], { limit: 200 });
}
