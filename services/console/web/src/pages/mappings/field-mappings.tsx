import { useList, useTenantDetail } from '../../api/queries.ts';
import type { FieldMappingEntry } from '../../api/shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Nothing } from '../../parts/answers.tsx';
import { ChoiceFilter, FilterBar, TextFilter, useFilters } from '../../parts/filters.tsx';
import { Moment } from '../../parts/moment.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { RecordText } from '../../parts/record.tsx';
import { ListTable, type Column } from '../../parts/table.tsx';
import { useTenant } from '../../tenant.ts';

/** Employees and the like (spec 6). */
export function FieldMappings() {
  const { t } = useI18n();
  const { id } = useTenant();
  const filters = useFilters();
  const dataCenters = useTenantDetail(id).data?.dataCenters ?? [];
  const query = { text: filters.get('text'), dataCenterId: filters.get('dataCenterId') };
  const list = useList<FieldMappingEntry>(['tenants', id, 'field-mappings'], query);
  const columns: Column<FieldMappingEntry>[] = [
    { title: t('common.changed'), className: 'time', cell: ({ updatedAt }) => <Moment at={updatedAt} /> },
    { title: t('common.type'), cell: ({ dataType }) => dataType },
    {
      title: t('fieldMappings.crm'),
      cell: ({ crmId, crmName }) => <RecordText object="" id={crmId} name={crmName} />,
    },
    {
      title: t('fieldMappings.erp'),
      cell: ({ erpId, erpName }) => <RecordText object="" id={erpId} name={erpName} />,
    },
    { title: t('fieldMappings.channel'), cell: ({ channel }) => channel },
    { title: t('common.dataCenter'), cell: ({ dataCenterId }) => dataCenterId },
  ];
  return (
    <>
      <PageHead title={t('fieldMappings.title')} hint={t('fieldMappings.hint')} />
      <Section>
        <FilterBar filters={filters}>
          <TextFilter filters={filters} name="text" label={t('mappings.query')} hint={t('data.queryHint')} />
          <ChoiceFilter
            filters={filters}
            name="dataCenterId"
            label={t('common.dataCenter')}
            choices={dataCenters.map((one) => [one.id, one.id])}
          />
        </FilterBar>
        <ListTable
          caption={t('fieldMappings.table')}
          columns={columns}
          list={list}
          keyOf={({ dataCenterId, dataType, crmId }) => `${dataCenterId}/${dataType}/${crmId}`}
          empty={
            filters.isAny ? (
              <Nothing title={t('fieldMappings.emptyFiltered')} hint={t('mappings.emptyFilteredHint')} />
            ) : (
              <Nothing title={t('fieldMappings.empty')} hint={t('fieldMappings.emptyHint')} />
            )
          }
        />
      </Section>
    </>
  );
}
