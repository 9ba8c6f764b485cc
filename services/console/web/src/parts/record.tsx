import { Link } from 'react-router';
import { useI18n } from '../i18n/i18n.tsx';

interface RecordTextProps {
  object: string;
  id: string;
  name: string;
  to?: string;
}

/** A record as people know it: its name, with its object and id below. */
export function RecordText({ object, id, name, to }: RecordTextProps) {
  const { t } = useI18n();
  const words = name === '' ? id : name;
  const title = words === '' ? <span className="faint">{t('story.notYet')}</span> : words;
  return (
    <span className="record">
      {to === undefined ? <span className="record-name">{title}</span> : <Link to={to}>{title}</Link>}
      <span className="record-id">
        {object}
        {id !== '' && name !== '' && <code>{id}</code>}
      </span>
    </span>
  );
}
