import { useList, useRead, useStreams } from '../../api/queries.ts';
import type { Mapping, MappingDetail } from '../../api/shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Answered, Nothing } from '../../parts/answers.tsx';
import { ChoiceFilter, FilterBar, TextFilter, useFilters, type Filters } from '../../parts/filters.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Facts, PageHead, Section } from '../../parts/page.tsx';
import { RecordText } from '../../parts/record.tsx';
import { RowNow } from '../../parts/row-now.tsx';
import { StateTag, syncStates, toneOf } from '../../parts/state-tag.tsx';
import { ListTable, type Column } from '../../parts/table.tsx';
import { usePlaces, useTenant } from '../../tenant.ts';
import { Link } from 'react-router';

const againMs = 10_000;

/** The intermediate table: the pairs, each with what it does now. */
export function Mappings() {
  const { t } = useI18n();
  const filters = useFilters();
  const row = filters.get('row');
  return (
    <>
      <PageHead title={t('mappings.title')} hint={t('mappings.hint')} />
      <div className="stack">
        {row !== '' && <Row id={row} />}
        <Section>
          <MappingFilters filters={filters} />
          <Rows filters={filters} />
        </Section>
      </div>
    </>
  );
}

function MappingFilters({ filters }: { filters: Filters }) {
  const { t } = useI18n();
  const streams = useStreams(useTenant().id).data?.items ?? [];
  const states = syncStates.map((one) => [String(one), t(`state.${one}`)] as const);
  const mappingStates = ([1, 2, 3] as const).map((one) => [String(one), t(`mappingStatus.${one}`)] as const);
  return (
    <FilterBar filters={filters}>
      <TextFilter filters={filters} name="text" label={t('mappings.query')} hint={t('data.queryHint')} />
      <ChoiceFilter
        filters={filters}
        name="status"
        label={t('mappings.last')}
        choices={[['1,3', `${t('state.1')}, ${t('state.3')}`], ...states]}
      />
      <ChoiceFilter
        filters={filters}
        name="streamId"
        label={t('common.stream')}
        choices={streams.map(({ id, name }) => [id, name])}
      />
      <ChoiceFilter filters={filters} name="mapping" label={t('mappings.status')} choices={mappingStates} />
    </FilterBar>
  );
}

function Rows({ filters }: { filters: Filters }) {
  const { t } = useI18n();
  const { id } = useTenant();
  const query = {
    text: filters.get('text'),
    streamId: filters.get('streamId'),
    lastSyncStatus: filters.get('status'),
    status: filters.get('mapping'),
  };
  const list = useList<Mapping>(['tenants', id, 'mappings'], query, againMs);
  const columns = useMappingColumns();
  return (
    <ListTable
      caption={t('mappings.table')}
      columns={columns}
      list={list}
      keyOf={(row) => row.id}
      toneOf={({ lastSyncStatus }) => `row ${toneOf(lastSyncStatus)}`}
      empty={
        filters.isAny ? (
          <Nothing title={t('mappings.emptyFiltered')} hint={t('mappings.emptyFilteredHint')} />
        ) : (
          <Nothing title={t('mappings.empty')} hint={t('mappings.emptyHint')} />
        )
      }
    />
  );
}

function useMappingColumns(): Column<Mapping>[] {
  const { t, tOr } = useI18n();
  const placeOf = usePlaces();
  return [
    { title: t('common.changed'), className: 'time', cell: ({ updatedAt }) => <Moment at={updatedAt} /> },
    {
      title: t('mappings.crm'),
      className: 'side',
      cell: ({ id, crmObject, crmId, crmName }) => (
        <RecordText object={crmObject} id={crmId} name={crmName} to={placeOf('mappings', { row: id })} />
      ),
    },
    {
      title: t('mappings.erp'),
      className: 'side',
      cell: ({ erpObject, erpId, erpName }) => <RecordText object={erpObject} id={erpId} name={erpName} />,
    },
    {
      title: t('mappings.last'),
      className: 'state',
      cell: ({ lastSyncStatus, lastSyncDataId }) =>
        lastSyncDataId === '' ? (
          <StateTag status={lastSyncStatus} />
        ) : (
          <Link to={placeOf(`data/${encodeURIComponent(lastSyncDataId)}`)}>
            <StateTag status={lastSyncStatus} />
          </Link>
        ),
    },
    { title: t('mappings.status'), cell: ({ status }) => tOr(`mappingStatus.${status}`, String(status)) },
    { title: t('mappings.doing'), className: 'words', cell: ({ doing, remark }) => doing ?? remark },
  ];
}

function Row({ id: rowId }: { id: string }) {
  const { t } = useI18n();
  const { id } = useTenant();
  const row = useRead<MappingDetail>(['tenants', id, 'mappings', rowId], {}, againMs);
  return <Answered answer={row}>{(found) => <RowDetail row={found} title={t('story.mapping')} />}</Answered>;
}

function RowDetail({ row, title }: { row: MappingDetail; title: string }) {
  const { t, tOr } = useI18n();
  const placeOf = usePlaces();
  const streamLink = (stream: MappingDetail['streams']['toErp']) =>
    stream === null ? (
      t('common.none')
    ) : (
      <Link to={placeOf('streams', { stream: stream.id })}>{stream.name}</Link>
    );
  const lastSync = row.lastSyncDataId !== '' && (
    <Link to={placeOf(`data/${encodeURIComponent(row.lastSyncDataId)}`)}>{t('story.what')}</Link>
  );
  return (
    <div className="columns wide-left">
      <Section title={title}>
        <Facts
          facts={[
            [
              t('mappings.crm'),
              <RecordText
                key="crm"
                object={row.crmObject}
                id={row.crmId}
                name={row.crmName}
                to={placeOf('data', { object: row.crmObject, id: row.crmId })}
              />,
            ],
            [
              t('mappings.erp'),
              <RecordText
                key="erp"
                object={row.erpObject}
                id={row.erpId}
                name={row.erpName}
                {...(row.erpId !== '' && { to: placeOf('data', { object: row.erpObject, id: row.erpId }) })}
              />,
            ],
            [t('mappings.status'), tOr(`mappingStatus.${row.status}`, String(row.status))],
            [t('mappings.began'), row.beganOn.toUpperCase()],
            [t('mappings.toErp'), streamLink(row.streams.toErp)],
            [t('mappings.toCrm'), streamLink(row.streams.toCrm)],
            [t('mappings.last'), lastSync],
            [t('mappings.remark'), row.remark],
            [t('mappings.created'), <Moment key="created" at={row.createdAt} as="full" />],
          ]}
        />
      </Section>
      <RowNow row={row} />
    </div>
  );
}
