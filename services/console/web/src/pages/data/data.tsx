import { Switch } from 'antd';
import { Link } from 'react-router';
import { useList, useStreams } from '../../api/queries.ts';
import type { Sync } from '../../api/shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Nothing } from '../../parts/answers.tsx';
import { ChoiceFilter, FilterBar, TextFilter, useFilters, type Filters } from '../../parts/filters.tsx';
import { Moment } from '../../parts/moment.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { RecordText } from '../../parts/record.tsx';
import { StateTag, syncStates, toneOf } from '../../parts/state-tag.tsx';
import { ListTable, type Column } from '../../parts/table.tsx';
import { usePlaces, useTenant } from '../../tenant.ts';
import { FailureGroups } from './failure-groups.tsx';
import { periods, startOf } from './period.ts';

const againMs = 10_000;

/** The spec's page: what became of each change, and why one did not arrive. */
export function Data() {
  const { t } = useI18n();
  const filters = useFilters();
  return (
    <>
      <PageHead title={t('data.title')} hint={t('data.hint')} />
      <div className="stack">
        <FailureGroups filters={filters} />
        <Section>
          <SyncFilters filters={filters} />
          <Syncs filters={filters} />
        </Section>
      </div>
    </>
  );
}

function SyncFilters({ filters }: { filters: Filters }) {
  const { t } = useI18n();
  const streams = useStreams(useTenant().id).data?.items ?? [];
  const objects = [...new Set(streams.flatMap(({ source, dest }) => [source, dest]))].sort();
  const statuses = [
    ['5,10,4,2,9,1,3', t('data.notThrough')],
    ...syncStates.map((one) => [String(one), t(`state.${one}`)] as const),
  ] as const;
  const code = filters.get('errorCode');
  return (
    <FilterBar filters={filters}>
      <TextFilter filters={filters} name="text" label={t('data.query')} hint={t('data.queryHint')} />
      <ChoiceFilter filters={filters} name="status" label={t('common.state')} choices={statuses} />
      <ChoiceFilter
        filters={filters}
        name="stream"
        label={t('common.stream')}
        choices={streams.map(({ id, name }) => [id, name])}
      />
      <ChoiceFilter
        filters={filters}
        name="object"
        label={t('common.object')}
        choices={objects.map((one) => [one, one])}
      />
      <ChoiceFilter
        filters={filters}
        name="period"
        label={t('data.period')}
        all={t('data.period.all')}
        choices={periods.map(({ key }) => [key, t(`data.period.${key}`)])}
      />
      <label className="filter inline">
        <Switch
          size="small"
          checked={filters.get('unresolved') === 'true'}
          onChange={(isOn) => filters.set({ unresolved: isOn ? 'true' : '' })}
        />
        <span>{t('data.unresolved')}</span>
      </label>
      {code !== '' && <span className="filter inline">{t('data.errorCode', { code })}</span>}
    </FilterBar>
  );
}

function Syncs({ filters }: { filters: Filters }) {
  const { t } = useI18n();
  const { id } = useTenant();
  const query = Object.fromEntries(
    ['text', 'status', 'stream', 'object', 'id', 'unresolved', 'errorClass', 'errorCode'].map((name) => [
      name,
      filters.get(name),
    ]),
  );
  const list = useList<Sync>(
    ['tenants', id, 'syncs'],
    { ...query, from: startOf(filters.get('period')) },
    againMs,
  );
  return (
    <ListTable
      caption={t('data.table')}
      columns={useSyncColumns()}
      list={list}
      keyOf={({ syncId }) => syncId}
      toneOf={({ status }) => `row ${toneOf(status)}`}
      empty={<NoSyncs isFiltered={filters.isAny} />}
    />
  );
}

function NoSyncs({ isFiltered }: { isFiltered: boolean }) {
  const { t } = useI18n();
  const placeOf = usePlaces();
  if (!isFiltered)
    return (
      <Nothing title={t('data.empty')} hint={t('data.emptyHint')}>
        <Link to={placeOf('objects')}>{t('data.emptyFilteredObjects')}</Link>
      </Nothing>
    );
  return (
    <Nothing title={t('data.emptyFiltered')} hint={t('data.emptyFilteredHint')}>
      <Link to={placeOf('polling')}>{t('data.emptyFilteredPolling')}</Link>
    </Nothing>
  );
}

function useSyncColumns(): Column<Sync>[] {
  const { t, tOr } = useI18n();
  const placeOf = usePlaces();
  return [
    { title: t('common.changed'), className: 'time', cell: ({ updatedAt }) => <Moment at={updatedAt} /> },
    { title: t('common.state'), className: 'state', cell: ({ status }) => <StateTag status={status} /> },
    {
      title: t('data.source'),
      className: 'side',
      cell: ({ syncId, source }) => (
        <RecordText
          object={source.objectApiName}
          id={source.dataId}
          name={source.name}
          to={placeOf(`data/${encodeURIComponent(syncId)}`)}
        />
      ),
    },
    {
      title: t('data.dest'),
      className: 'side',
      cell: ({ dest }) => <RecordText object={dest.objectApiName} id={dest.dataId} name={dest.name} />,
    },
    {
      title: t('data.result'),
      className: 'words',
      cell: ({ operation, errorMessage, resolvedBy }) => (
        <>
          <span className="operation">{tOr(`operation.${operation}`, operation)}</span> {errorMessage}
          {resolvedBy !== null && <span className="faint"> ({t('data.settled')})</span>}
        </>
      ),
    },
  ];
}
