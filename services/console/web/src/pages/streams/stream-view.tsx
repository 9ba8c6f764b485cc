import { CheckCircleFilled, PauseCircleFilled } from '@ant-design/icons';
import { Link } from 'react-router';
import type { Stream } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Facts, Section } from '../../parts/page.tsx';
import { Tag } from '../../parts/state-tag.tsx';
import { usePlaces } from '../../tenant.ts';
import { FieldLines } from './field-lines.tsx';

/** One stream: where it leads, when it acts, and how each field is made. */
export function StreamView({ stream }: { stream: Stream }) {
  const { t, tOr } = useI18n();
  const format = useFormat();
  const placeOf = usePlaces();
  const { id, name, direction, enabled, triggers, filter, dataCenterId, configRevision, lastHour } = stream;
  const state = enabled ? (
    <Tag tone="good" icon={<CheckCircleFilled />}>
      {t('streams.on')}
    </Tag>
  ) : (
    <Tag tone="warn" icon={<PauseCircleFilled />}>
      {t('streams.off')}
    </Tag>
  );
  return (
    <div className="stack">
      <Section title={name} extra={state}>
        <Facts
          facts={[
            [t('common.dataCenter'), `${dataCenterId} · ${t(`direction.${direction}`)}`],
            [t('streams.triggers'), triggers.map((one) => tOr(`trigger.${one}`, one)).join(', ')],
            [t('streams.filter'), filter === null ? t('streams.noFilter') : <code>{filter}</code>],
            [
              t('overview.lastHour'),
              <Link key="records" to={placeOf('data', { stream: id })}>
                {format.number(lastHour.success)} {t('state.6')},{' '}
                {format.number(lastHour.failed + lastHour.unknown)} {t('state.5')}
              </Link>,
            ],
            [t('streams.revision'), <code key="revision">{configRevision}</code>],
            ['ployDetailId', <code key="id">{id}</code>],
          ]}
        />
      </Section>
      <Section title={t('streams.fieldMap')} hint={t('streams.master')}>
        <FieldLines source={stream.source} dest={stream.dest} fields={stream.fields} />
      </Section>
      {stream.details.map((detail) => (
        <Section
          key={`${detail.source} ${detail.dest}`}
          title={t('streams.detail', { source: detail.source, dest: detail.dest })}
        >
          <FieldLines source={detail.source} dest={detail.dest} fields={detail.fields} />
        </Section>
      ))}
      {stream.fields.some(({ expression }) => expression !== undefined) && (
        <Section title={t('streams.expression')}>
          {stream.fields.map(
            ({ to, expression }) =>
              expression !== undefined && <CodeBlock key={to} label={to} text={expression} />,
          )}
        </Section>
      )}
    </div>
  );
}
