import { CheckCircleFilled, WarningFilled } from '@ant-design/icons';
import type { Service } from '../api/shapes.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { Tag } from './state-tag.tsx';

export function ServiceList({ services }: { services: readonly Service[] | null }) {
  const { t, count } = useI18n();
  if (services === null) return <p className="faint">{t('overview.servicesUnknown')}</p>;
  return (
    <ul className="services">
      {services.map(({ name, ready, reasons, instances }) => (
        <li key={name}>
          <span className="service-name">{name}</span>
          {instances !== null && <span className="faint">{count('overview.instances', instances)}</span>}
          <Tag tone={ready ? 'good' : 'bad'} icon={ready ? <CheckCircleFilled /> : <WarningFilled />}>
            {t(ready ? 'overview.ready' : 'overview.notReady')}
          </Tag>
          {reasons.length > 0 && <p>{reasons.join('; ')}</p>}
        </li>
      ))}
    </ul>
  );
}
