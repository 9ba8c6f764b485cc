import {
  CheckCircleFilled,
  CloseCircleFilled,
  QuestionCircleOutlined,
  StopOutlined,
} from '@ant-design/icons';
import { useList } from '../../api/queries.ts';
import type { AuditLine } from '../../api/account-shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Nothing } from '../../parts/answers.tsx';
import { ChoiceFilter, FilterBar, TextFilter, useFilters } from '../../parts/filters.tsx';
import { Moment } from '../../parts/moment.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { Tag } from '../../parts/state-tag.tsx';
import { ListTable, type Column } from '../../parts/table.tsx';

const results = ['done', 'refused', 'failed', 'begun'] as const;
const tones = {
  done: { tone: 'good', icon: <CheckCircleFilled /> },
  refused: { tone: 'warn', icon: <StopOutlined /> },
  failed: { tone: 'bad', icon: <CloseCircleFilled /> },
  begun: { tone: 'calm', icon: <QuestionCircleOutlined /> },
} as const;

export function Audit() {
  const { t } = useI18n();
  const filters = useFilters();
  const query = {
    who: filters.get('who'),
    tenantId: filters.get('tenantId'),
    action: filters.get('action'),
    result: filters.get('result'),
  };
  const list = useList<AuditLine>(['audit'], query);
  return (
    <>
      <PageHead title={t('audit.title')} hint={t('audit.hint')} />
      <Section>
        <FilterBar filters={filters}>
          <TextFilter filters={filters} name="who" label={t('audit.who')} />
          <TextFilter filters={filters} name="action" label={t('audit.action')} hint="POST /users" />
          <TextFilter filters={filters} name="tenantId" label={t('app.tenant')} />
          <ChoiceFilter
            filters={filters}
            name="result"
            label={t('audit.result')}
            choices={results.map((one) => [one, t(`audit.result.${one}`)])}
          />
        </FilterBar>
        <ListTable
          caption={t('audit.title')}
          columns={useColumns()}
          list={list}
          keyOf={({ id }) => id}
          empty={<Nothing title={t('audit.empty')} />}
        />
      </Section>
    </>
  );
}

function useColumns(): Column<AuditLine>[] {
  const { t } = useI18n();
  return [
    { title: t('common.time'), className: 'time', cell: ({ at }) => <Moment at={at} /> },
    {
      title: t('audit.who'),
      cell: ({ who, role, address }) => (
        <span className="record">
          <strong>{who ?? t('audit.nobody')}</strong>
          <span className="record-id">
            {role !== null && `${t(`role.${role}`)} · `}
            {address}
          </span>
        </span>
      ),
    },
    { title: t('audit.action'), className: 'words', cell: ({ action }) => action },
    {
      title: t('audit.target'),
      className: 'words',
      cell: ({ target, details }) => (
        <span className="record">
          {target}
          {details !== '' && <code className="record-id">{details}</code>}
        </span>
      ),
    },
    { title: t('app.tenant'), cell: ({ tenantId }) => tenantId },
    {
      title: t('audit.result'),
      cell: ({ result, code }) => (
        <span className="record">
          <Tag {...tones[result]}>{t(`audit.result.${result}`)}</Tag>
          {code !== null && <span className="record-id">{code}</span>}
        </span>
      ),
    },
  ];
}
