import { Link } from 'react-router';
import type { MappingDetail } from '../api/shapes.ts';
import { useFormat } from '../i18n/format.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { usePlaces } from '../tenant.ts';
import { Section } from './page.tsx';
import { StateTag } from './state-tag.tsx';

const failedStatus = 5;

/** What a pair does at this moment, and what it waits for. */
export function RowNow({ row }: { row: MappingDetail }) {
  const { t, tOr } = useI18n();
  const format = useFormat();
  const placeOf = usePlaces();
  const { phase, words, waitsFor, nextDueAt, candidates, failure } = row.state;
  return (
    <Section title={t('story.now')}>
      <div className="row-now">
        <StateTag status={row.lastSyncStatus} />
        <p>
          {phase === 'atRest' && row.lastSyncStatus === failedStatus
            ? t('phase.failed')
            : tOr(`phase.${phase}`, words)}
          {waitsFor.map((label) => (
            <span key={label}>
              {' '}
              <Link to={placeOf('data', waitedFor(label))}>{label}</Link>
            </span>
          ))}
        </p>
        {waitsFor.length > 0 && <p className="faint">{t('story.waitsHint')}</p>}
        {failure !== null && <p>{failure.message}</p>}
        {candidates.length > 0 && <p>{t('story.candidates', { ids: candidates.join(', ') })}</p>}
        {nextDueAt !== null && <p className="faint">{t('story.nextDue', { time: format.ago(nextDueAt) })}</p>}
        <Link to={placeOf('mappings', { row: row.id })}>{t('story.mapping')}</Link>
      </div>
    </Section>
  );
}

/** `AccountObj A1` → where the records of A1 are. */
export function waitedFor(label: string): Record<string, string> {
  const space = label.indexOf(' ');
  return space < 0 ? { text: label } : { object: label.slice(0, space), id: label.slice(space + 1) };
}
