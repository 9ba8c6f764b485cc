import { useSearchParams } from 'react-router';
import { useStreams } from '../../api/queries.ts';
import type { Stream } from '../../api/shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Answered, Nothing } from '../../parts/answers.tsx';
import { PageHead } from '../../parts/page.tsx';
import { Tag } from '../../parts/state-tag.tsx';
import { useTenant } from '../../tenant.ts';
import { StreamView } from './stream-view.tsx';

export function Streams() {
  const { t } = useI18n();
  const { id } = useTenant();
  const streams = useStreams(id);
  return (
    <>
      <PageHead title={t('streams.title')} hint={`${t('streams.hint')} ${t('streams.unusedHint')}`} />
      <Answered answer={streams}>{({ items }) => <Contents streams={items} />}</Answered>
    </>
  );
}

function Contents({ streams }: { streams: readonly Stream[] }) {
  const { t } = useI18n();
  const [search, setSearch] = useSearchParams();
  const chosen = streams.find(({ id }) => id === search.get('stream')) ?? streams[0];
  if (chosen === undefined)
    return <Nothing title={t('overview.noStreams')} hint={t('overview.noStreamsHint')} />;
  return (
    <div className="columns list-left">
      <nav className="pick-list" aria-label={t('streams.title')}>
        <ul>
          {streams.map((stream) => (
            <li key={stream.id}>
              <button
                type="button"
                aria-current={stream.id === chosen.id ? 'true' : undefined}
                onClick={() => setSearch({ stream: stream.id })}
              >
                <strong>{stream.name}</strong>
                <span>{t(`direction.${stream.direction}`)}</span>
                {!stream.enabled && <Tag tone="warn">{t('streams.off')}</Tag>}
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <StreamView stream={chosen} />
    </div>
  );
}
