import { SwapOutlined } from '@ant-design/icons';
import { Link } from 'react-router';
import type { MappingDetail } from '../../api/shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { usePlaces } from '../../tenant.ts';

/** The CRM record and the ERP record side by side, each with all that was ever synced of it. */
export function BothEnds({ row }: { row: MappingDetail }) {
  const { t } = useI18n();
  return (
    <section className="both-ends" aria-label={t('story.both')}>
      <End title={t('story.inCrm')} object={row.crmObject} id={row.crmId} name={row.crmName} />
      <SwapOutlined aria-hidden="true" />
      <End title={t('story.inErp')} object={row.erpObject} id={row.erpId} name={row.erpName} />
    </section>
  );
}

function End({ title, object, id, name }: { title: string; object: string; id: string; name: string }) {
  const { t } = useI18n();
  const placeOf = usePlaces();
  return (
    <div className="end">
      <h2>{title}</h2>
      {name !== '' && <strong>{name}</strong>}
      <span className="end-id">
        {object}{' '}
        {id === '' ? <em>{t('story.notYet')}</em> : <Link to={placeOf('data', { object, id })}>{id}</Link>}
        {id !== '' && <CopyButton text={id} />}
      </span>
    </div>
  );
}
