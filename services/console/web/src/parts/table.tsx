import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useI18n } from '../i18n/i18n.tsx';
import { Loading, Problem } from './answers.tsx';

export interface Column<T> {
  title: string;
  cell: (item: T) => ReactNode;
  className?: string;
}

interface TableProps<T> {
  caption: string;
  columns: readonly Column<T>[];
  items: readonly T[];
  keyOf: (item: T) => string;
  toneOf?: (item: T) => string;
}

export function Table<T>({ caption, columns, items, keyOf, toneOf }: TableProps<T>) {
  return (
    <div className="table-frame">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, className }) => (
              <th key={title} scope="col" className={className}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)} className={toneOf?.(item)}>
              {columns.map(({ title, cell, className }) => (
                <td key={title} className={className}>
                  {cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface List<T> {
  items: T[];
  error: unknown;
  isPending: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage(): unknown;
  refetch(): unknown;
}

/** A table that is read page by page, with what to say when it is empty. */
export function ListTable<T>({
  list,
  empty,
  ...table
}: Omit<TableProps<T>, 'items'> & { list: List<T>; empty: ReactNode }) {
  const { t } = useI18n();
  const { items, error, isPending, hasNextPage } = list;
  if (isPending && error === null) return <Loading />;
  return (
    <>
      {error !== null && <Problem error={error} retry={list.refetch} />}
      {items.length === 0 && error === null && empty}
      {items.length > 0 && <Table {...table} items={items} />}
      {items.length > 0 && (
        <p className="list-end">
          <span>{t(hasNextPage ? 'common.countMore' : 'common.count', { count: items.length })}</span>
          {hasNextPage && (
            <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t('common.more')}
            </Button>
          )}
        </p>
      )}
    </>
  );
}
