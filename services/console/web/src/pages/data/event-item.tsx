import type { SyncEvent, SyncStory } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Tag, toneOf, type Tone } from '../../parts/state-tag.tsx';
import { BodyView } from './body-view.tsx';
import { callOf, type CallText } from './call-text.ts';
import { prettyJson } from './differences.ts';

const tones: Readonly<Record<string, Tone>> = {
  arrived: 'busy',
  sent: 'busy',
  resent: 'busy',
  answered: 'calm',
  retrying: 'warn',
  waiting: 'warn',
  deferred: 'warn',
  held: 'warn',
  queued: 'warn',
  unknown: 'bad',
  adopted: 'good',
  resolved: 'good',
};

interface EventItemProps {
  event: SyncEvent;
  sync: SyncStory;
  /** when the event before it was; null for the first */
  since: number | null;
  /** the same step of the sync before this one */
  before: SyncEvent | null;
}

/** One step of a sync's story. */
export function EventItem({ event, sync, since, before }: EventItemProps) {
  const { tOr } = useI18n();
  const format = useFormat();
  const tone = event.kind === 'finished' ? toneOf(sync.status) : (tones[event.kind] ?? 'calm');
  const call = event.kind === 'answered' ? callOf(event.message) : null;
  return (
    <li className={tone}>
      <div className="event-head">
        <Tag tone={tone}>{tOr(`event.${event.kind}`, event.kind)}</Tag>
        <time dateTime={new Date(event.at).toISOString()} title={format.dateTime(event.at)}>
          {format.clock(event.at)}
        </time>
        {since !== null && event.at > since && (
          <span className="faint">+{format.duration(event.at - since)}</span>
        )}
      </div>
      {call === null ? <p className="event-words">{event.message}</p> : <Call call={call} />}
      {event.body !== null && <BodyView event={event} sync={sync} before={before} />}
    </li>
  );
}

function Call({ call }: { call: CallText }) {
  const { t } = useI18n();
  const format = useFormat();
  const isGood = call.status !== null && call.status < 300;
  return (
    <div className="call">
      <p className="event-words">
        <code>
          {call.method} {call.url}
        </code>{' '}
        <Tag tone={isGood ? 'good' : 'bad'}>
          {call.status === null ? t('story.noAnswer') : `HTTP ${call.status}`}
        </Tag>{' '}
        <span className="faint">{t('story.in', { time: format.duration(call.durationMs) })}</span>
      </p>
      {call.answer !== '' && <CodeBlock label={t('story.answer')} text={prettyJson(call.answer)} />}
    </div>
  );
}
