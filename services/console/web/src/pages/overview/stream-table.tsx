import { Link } from 'react-router';
import type { OverviewStream } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Nothing } from '../../parts/answers.tsx';
import { Tag } from '../../parts/state-tag.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { usePlaces } from '../../tenant.ts';

/** The streams, those with most trouble first. */
export function StreamTable({ streams }: { streams: readonly OverviewStream[] }) {
  const { t } = useI18n();
  const format = useFormat();
  const placeOf = usePlaces();
  if (streams.length === 0)
    return <Nothing title={t('overview.noStreams')} hint={t('overview.noStreamsHint')} />;
  const columns: Column<OverviewStream>[] = [
    {
      title: t('common.stream'),
      cell: ({ id, name, direction, source, dest }) => (
        <span className="record">
          <Link to={placeOf('streams', { stream: id })}>{name}</Link>
          <span className="record-id">
            {t(`direction.${direction}`)} · {source} → {dest}
          </span>
        </span>
      ),
    },
    {
      title: t('overview.succeeded'),
      className: 'number',
      cell: ({ lastHour }) => format.number(lastHour.success),
    },
    {
      title: t('overview.failed'),
      className: 'number',
      cell: ({ id, lastHour }) =>
        lastHour.failed === 0 ? (
          format.number(0)
        ) : (
          <Link className="bad-number" to={placeOf('data', { stream: id, status: '5,10' })}>
            {format.number(lastHour.failed)}
          </Link>
        ),
    },
    { title: t('overview.openNow'), cell: (stream) => <OpenNow stream={stream} /> },
  ];
  return (
    <Table
      caption={t('overview.streams')}
      columns={columns}
      items={[...streams].sort(byTrouble)}
      keyOf={({ id }) => id}
    />
  );
}

function OpenNow({ stream: { id, open, enabled } }: { stream: OverviewStream }) {
  const { t } = useI18n();
  const placeOf = usePlaces();
  const counts = (
    [
      ['failed', '5', 'bad'],
      ['unknown', '10', 'bad'],
      ['retrying', '4', 'warn'],
      ['waiting', '2', 'warn'],
      ['held', '9', 'warn'],
    ] as const
  ).filter(([name]) => (open?.[name] ?? 0) > 0);
  return (
    <span className="tags">
      {!enabled && <Tag tone="warn">{t('streams.off')}</Tag>}
      {counts.map(([name, status, tone]) => (
        <Link key={name} to={placeOf('mappings', { streamId: id, status })}>
          <Tag tone={tone}>
            {open?.[name]} {t(`state.${status}`)}
          </Tag>
        </Link>
      ))}
      {enabled && counts.length === 0 && <span className="faint">{t('common.none')}</span>}
    </span>
  );
}

function byTrouble(a: OverviewStream, b: OverviewStream): number {
  return troubleOf(b) - troubleOf(a) || b.lastHour.success - a.lastHour.success;
}

function troubleOf({ lastHour, open }: OverviewStream): number {
  return lastHour.failed + (open?.failed ?? 0) + (open?.unknown ?? 0) + (open?.retrying ?? 0) / 10;
}
