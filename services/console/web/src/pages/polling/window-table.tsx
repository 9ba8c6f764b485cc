import { Button } from 'antd';
import { useState } from 'react';
import type { PollWindow } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Tag, type Tone } from '../../parts/state-tag.tsx';
import { Table, type Column } from '../../parts/table.tsx';

const shownAtFirst = 5;
const tones: Record<PollWindow['status'], Tone> = {
  open: 'busy',
  complete: 'good',
  short: 'warn',
  failed: 'bad',
};

const fateTones = { errors: 'bad', waiting: 'warn', changed: 'good', unchanged: 'calm' } as const;

export function WindowTable({ windows }: { windows: readonly PollWindow[] }) {
  const { t, tOr } = useI18n();
  const format = useFormat();
  const [shown, setShown] = useState(shownAtFirst);
  const columns: Column<PollWindow>[] = [
    {
      title: t('polling.window'),
      cell: ({ startTime, endTime }) => `${format.dateTime(startTime)} – ${format.dateTime(endTime)}`,
    },
    { title: t('polling.kind'), cell: ({ kind }) => tOr(`polling.kind.${kind}`, kind) },
    {
      title: t('common.state'),
      cell: ({ status }) => <Tag tone={tones[status]}>{t(`polling.status.${status}`)}</Tag>,
    },
    {
      title: t('polling.rows'),
      cell: ({ received, totalNum }) =>
        totalNum === null
          ? format.number(received)
          : t('polling.rowsOf', { received: format.number(received), total: format.number(totalNum) }),
    },
    { title: t('polling.fates'), cell: ({ fates }) => <Fates fates={fates} /> },
    {
      title: t('polling.took'),
      cell: ({ openedAt, closedAt }) => (closedAt === null ? null : format.duration(closedAt - openedAt)),
    },
    { title: t('common.details'), className: 'words', cell: ({ error }) => error },
  ];
  return (
    <>
      <Table
        caption={t('polling.ledger')}
        columns={columns}
        items={windows.slice(0, shown)}
        keyOf={({ id }) => id}
      />
      {windows.length > shown && (
        <Button type="link" onClick={() => setShown(windows.length)}>
          {t('common.more')}
        </Button>
      )}
    </>
  );
}

/** What became of the records: only what there is, faults in colour. */
function Fates({ fates }: { fates: PollWindow['fates'] }) {
  const { t } = useI18n();
  const shown = (['errors', 'waiting', 'changed', 'unchanged'] as const).filter((name) => fates[name] > 0);
  if (shown.length === 0) return <span className="faint">{t('common.none')}</span>;
  return (
    <span className="tags">
      {shown.map((name) => (
        <Tag key={name} tone={fateTones[name]}>
          {t(`polling.fates.${name}`, { count: fates[name] })}
        </Tag>
      ))}
    </span>
  );
}
