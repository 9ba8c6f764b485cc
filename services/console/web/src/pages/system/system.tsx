import { useList, useRead } from '../../api/queries.ts';
import type { DeadLetter, Overview, TopicLag } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Answered, Nothing } from '../../parts/answers.tsx';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Moment } from '../../parts/moment.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { ServiceList } from '../../parts/service-list.tsx';
import { ListTable, type Column } from '../../parts/table.tsx';
import { useMay } from '../../session/session.ts';
import { useTenant } from '../../tenant.ts';
import { PartitionBars } from './partition-bars.tsx';

const againMs = 5_000;
const lettersOnPage = 20;

export function System() {
  const { t } = useI18n();
  const { id } = useTenant();
  const maySeeAll = useMay()('viewer', { ofAllTenants: true });
  const overview = useRead<Overview>(['tenants', id, 'overview'], {}, againMs);
  return (
    <>
      <PageHead title={t('system.title')} hint={t('system.hint')} />
      <div className="stack">
        <div className="columns narrow-left">
          <Section title={t('overview.services')}>
            <Answered answer={overview}>{({ services }) => <ServiceList services={services} />}</Answered>
          </Section>
          <Section title={t('system.lag')}>
            <Lag />
          </Section>
        </div>
        {maySeeAll && (
          <Section title={t('system.deadLetters')}>
            <DeadLetters />
          </Section>
        )}
      </div>
    </>
  );
}

function Lag() {
  const { t } = useI18n();
  const format = useFormat();
  const list = useList<TopicLag>(['lag'], { limit: 100 }, againMs);
  const columns: Column<TopicLag>[] = [
    {
      title: t('system.topic'),
      cell: ({ topic, groupId }) => (
        <span className="record">
          <strong>{topic}</strong>
          <span className="record-id">{groupId}</span>
        </span>
      ),
    },
    { title: t('system.lagTotal'), className: 'number', cell: ({ lag }) => format.number(lag) },
    { title: t('system.partitions'), cell: (one) => <PartitionBars lag={one} /> },
  ];
  return (
    <ListTable
      caption={t('system.lag')}
      columns={columns}
      list={list}
      keyOf={({ groupId, topic }) => `${groupId} ${topic}`}
      empty={<Nothing title={t('system.noLag')} />}
    />
  );
}

function DeadLetters() {
  const { t } = useI18n();
  const list = useList<DeadLetter>(['dead-letters'], { limit: lettersOnPage }, againMs);
  const columns: Column<DeadLetter>[] = [
    { title: t('common.time'), className: 'time', cell: ({ at }) => <Moment at={at} /> },
    {
      title: t('system.where'),
      cell: ({ topic, partition, offset, key }) => (
        <span className="record">
          <strong>{topic}</strong>
          <span className="record-id">
            {partition} / {offset} {key !== null && <code>{key}</code>}
          </span>
        </span>
      ),
    },
    { title: t('system.reason'), className: 'words', cell: ({ reason }) => reason },
    { title: t('system.content'), className: 'letter', cell: (letter) => <Content letter={letter} /> },
  ];
  return (
    <ListTable
      caption={t('system.deadLetters')}
      columns={columns}
      list={list}
      keyOf={({ topic, partition, offset }) => `${topic}/${partition}/${offset}`}
      empty={<Nothing title={t('system.deadEmpty')} hint={t('system.deadEmptyHint')} />}
    />
  );
}

function Content({ letter: { value } }: { letter: DeadLetter }) {
  const { t } = useI18n();
  const format = useFormat();
  if (value === null) return <span className="faint">{t('system.noContent')}</span>;
  const label = value.encoding === 'base64' ? t('system.base64') : t('system.content');
  return <CodeBlock label={`${label}, ${format.bytes(value.bytes)}`} text={value.content} />;
}
