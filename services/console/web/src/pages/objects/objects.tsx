import { ApiOutlined } from '@ant-design/icons';
import { Link } from 'react-router';
import { useStreams, useTenantDetail } from '../../api/queries.ts';
import type { DataCenter, ErpObject, Stream } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Answered, Nothing } from '../../parts/answers.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { usePlaces, useTenant } from '../../tenant.ts';
import { Sign } from '../../parts/sign.tsx';

const minuteMs = 60_000;

export function Objects() {
  const { t } = useI18n();
  const { id } = useTenant();
  const detail = useTenantDetail(id);
  const streams = useStreams(id).data?.items ?? [];
  return (
    <>
      <PageHead title={t('objects.title')} hint={t('objects.hint')} />
      <Answered answer={detail}>
        {({ erpObjects, dataCenters }) => (
          <div className="stack">
            <Section>
              {erpObjects.length === 0 ? (
                <Nothing title={t('objects.empty')} hint={t('objects.emptyHint')} />
              ) : (
                <ObjectTable objects={erpObjects} streams={streams} />
              )}
            </Section>
            <Section title={t('objects.dataCenters')}>
              <DataCenterTable dataCenters={dataCenters} />
            </Section>
          </div>
        )}
      </Answered>
    </>
  );
}

function ObjectTable({ objects, streams }: { objects: readonly ErpObject[]; streams: readonly Stream[] }) {
  const { t } = useI18n();
  const placeOf = usePlaces();
  const apiPlace = ({ dataCenterId, apiName }: ErpObject): string =>
    placeOf(`objects/${encodeURIComponent(dataCenterId)}/${encodeURIComponent(apiName)}`);
  const columns: Column<ErpObject>[] = [
    {
      title: t('common.object'),
      cell: (object) => (
        <span className="record">
          <Link to={apiPlace(object)}>{object.label}</Link>
          <span className="record-id">
            <code>{object.apiName}</code> {object.dataCenterId}
          </span>
        </span>
      ),
    },
    { title: t('objects.fields'), cell: (object) => <FieldCount object={object} /> },
    {
      title: t('objects.idField'),
      cell: (object) => <IdField object={object} />,
    },
    {
      title: t('nav.polling'),
      cell: (object) => <PollWords object={object} />,
    },
    { title: t('objects.streams'), cell: (object) => <StreamsOf object={object} streams={streams} /> },
    {
      title: t('objects.generate'),
      cell: (object) => (
        <Link
          to={apiPlace(object)}
          aria-label={t('objects.generateFor', { name: object.label })}
          className="link-button"
        >
          <Sign>
            <ApiOutlined />
          </Sign>{' '}
          {t('objects.generate')}
        </Link>
      ),
    },
  ];
  return (
    <Table
      caption={t('objects.title')}
      columns={columns}
      items={objects}
      keyOf={({ dataCenterId, apiName }) => `${dataCenterId}/${apiName}`}
    />
  );
}

function IdField({ object: { idField, matchFields } }: { object: ErpObject }) {
  const { t } = useI18n();
  return (
    <span className="record">
      <code>{idField}</code>
      {matchFields.length > 0 && (
        <span className="record-id">
          {t('objects.matchFields')}: {matchFields.join(', ')}
        </span>
      )}
    </span>
  );
}

function PollWords({ object: { poll } }: { object: ErpObject }) {
  const { t } = useI18n();
  return poll === null ? t('objects.notPolled') : t('objects.polled', { minutes: poll.everyMs / minuteMs });
}

function FieldCount({ object: { fields, details } }: { object: ErpObject }) {
  const { t, count } = useI18n();
  return (
    <span className="record">
      {t('objects.fieldsCount', { count: fields.length })}
      {details.length > 0 && (
        <span className="record-id">
          {count('objects.detailsCount', details.length)}: {details.map(({ label }) => label).join(', ')}
        </span>
      )}
    </span>
  );
}

function StreamsOf({ object, streams }: { object: ErpObject; streams: readonly Stream[] }) {
  const { t } = useI18n();
  const placeOf = usePlaces();
  const own = streams.filter(
    ({ dataCenterId, direction, source, dest }) =>
      dataCenterId === object.dataCenterId && (direction === 'crm-to-erp' ? dest : source) === object.apiName,
  );
  if (own.length === 0) return <span className="faint">{t('objects.noStreams')}</span>;
  return (
    <span className="record">
      {own.map(({ id, name }) => (
        <Link key={id} to={placeOf('streams', { stream: id })}>
          {name}
        </Link>
      ))}
    </span>
  );
}

function DataCenterTable({ dataCenters }: { dataCenters: readonly DataCenter[] }) {
  const { t } = useI18n();
  const format = useFormat();
  const columns: Column<DataCenter>[] = [
    {
      title: t('common.dataCenter'),
      cell: ({ id, channel }) => (
        <span className="record">
          <strong>{id}</strong>
          <span className="record-id">{channel}</span>
        </span>
      ),
    },
    { title: t('objects.baseUrl'), cell: ({ baseUrl }) => <code>{baseUrl}</code> },
    { title: t('objects.format'), cell: ({ format: body }) => body },
    {
      title: t('objects.pace'),
      cell: ({ concurrency, requestsPerSecond, timeoutMs }) => (
        <span className="record">
          {t('objects.paceValue', { count: concurrency })}
          <span className="record-id">
            {requestsPerSecond !== null &&
              `${t('objects.paceRate', { rate: format.number(requestsPerSecond) })} · `}
            {format.duration(timeoutMs)}
          </span>
        </span>
      ),
    },
  ];
  return (
    <Table caption={t('objects.dataCenters')} columns={columns} items={dataCenters} keyOf={({ id }) => id} />
  );
}
