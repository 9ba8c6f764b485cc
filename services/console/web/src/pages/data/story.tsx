import { Alert } from 'antd';
import { Link, useParams } from 'react-router';
import { useList, useRead, useStreams } from '../../api/queries.ts';
import type { MappingDetail, Sync, SyncStory } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Answered, Nothing } from '../../parts/answers.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Facts, PageHead, Section } from '../../parts/page.tsx';
import { RowNow, waitedFor } from '../../parts/row-now.tsx';
import { StateTag } from '../../parts/state-tag.tsx';
import { usePlaces, useTenant } from '../../tenant.ts';
import { EventItem } from './event-item.tsx';
import { BothEnds } from './both-ends.tsx';

const againMs = 5_000;
const syncsOfRow = 50;

/** One sync from the event that began it to what became of it. */
export function Story() {
  const { syncId = '' } = useParams();
  const { id } = useTenant();
  const story = useRead<SyncStory>(['tenants', id, 'syncs', syncId], {}, againMs);
  return <Answered answer={story}>{(sync) => <Contents sync={sync} />}</Answered>;
}

function Contents({ sync }: { sync: SyncStory }) {
  const { t } = useI18n();
  const { id } = useTenant();
  const placeOf = usePlaces();
  const ofRow = useList<Sync>(
    ['tenants', id, 'mappings', sync.rowId, 'syncs'],
    { limit: syncsOfRow },
    againMs,
  );
  const row = useRead<MappingDetail>(['tenants', id, 'mappings', sync.rowId], {}, againMs);
  const before = previousOf(sync, ofRow.items);
  return (
    <>
      <PageHead
        title={sync.source.name || sync.source.dataId || sync.syncId}
        before={
          <nav className="crumbs">
            <Link to={placeOf('data')}>{t('nav.data')}</Link>
          </nav>
        }
      >
        <StateTag status={sync.status} />
      </PageHead>
      <div className="stack">
        <Why sync={sync} row={row.data} />
        <div className="columns wide-left">
          <div className="stack">
            {row.data !== undefined && <BothEnds row={row.data} />}
            <Section title={t('story.what')}>
              <Events sync={sync} before={before} />
            </Section>
          </div>
          <aside className="stack">
            {row.data !== undefined && <RowNow row={row.data} />}
            <SyncFacts sync={sync} />
            <Section title={t('story.allOf')}>
              <OtherSyncs syncs={ofRow.items} current={sync.syncId} />
            </Section>
          </aside>
        </div>
      </div>
    </>
  );
}

/** The sync of the same direction before this one: what it is compared with. */
function previousOf(sync: Sync, ofRow: readonly Sync[]): Sync | null {
  const older = ofRow.filter(
    ({ syncId, direction, createdAt }) =>
      syncId !== sync.syncId && direction === sync.direction && createdAt <= sync.createdAt,
  );
  return older.reduce<Sync | null>(
    (best, one) => (best === null || one.createdAt > best.createdAt ? one : best),
    null,
  );
}

const waitingStatus = 2;

function Why({ sync, row }: { sync: SyncStory; row: MappingDetail | undefined }) {
  const isBad = sync.status === 5 || sync.status === 10;
  if (isBad && sync.errorMessage !== null) return <Failure sync={sync} />;
  const isWaiting = sync.status === waitingStatus && row?.state.syncId === sync.syncId;
  return isWaiting && row.state.waitsFor.length > 0 ? <Waits row={row} /> : null;
}

function Waits({ row }: { row: MappingDetail }) {
  const { t } = useI18n();
  const format = useFormat();
  const placeOf = usePlaces();
  const { waitsFor, nextDueAt } = row.state;
  return (
    <Alert
      type="warning"
      showIcon
      className="why"
      title={<h2>{t('story.whyNotYet')}</h2>}
      description={
        <>
          <p className="why-words">
            {t('phase.parked')}{' '}
            {waitsFor.map((label) => (
              <Link key={label} to={placeOf('data', waitedFor(label))}>
                {label}
              </Link>
            ))}
          </p>
          <p>
            {t('story.waitsHint')} {nextDueAt !== null && t('story.nextDue', { time: format.ago(nextDueAt) })}
          </p>
        </>
      }
    />
  );
}

function Failure({ sync }: { sync: SyncStory }) {
  const { t, tOr } = useI18n();
  const placeOf = usePlaces();
  const cause = tOr(`class.${sync.errorClass ?? 'none'}`, sync.errorClass ?? '');
  return (
    <Alert
      type={sync.resolvedBy === null ? 'error' : 'info'}
      showIcon
      className="why"
      title={<h2>{sync.resolvedBy === null ? t('story.why') : t('data.settled')}</h2>}
      description={
        <>
          <p className="why-words">{sync.errorMessage}</p>
          <p>
            <strong>{cause}</strong>
            {sync.errorCode !== null && (
              <>
                {' '}
                <code>{sync.errorCode}</code>
              </>
            )}
            {'. '}
            {sync.errorClass !== null && tOr(`advice.${sync.errorClass}`, '')}
          </p>
          {sync.resolvedBy !== null && (
            <Link to={placeOf(`data/${encodeURIComponent(sync.resolvedBy)}`)}>{t('story.settledBy')}</Link>
          )}
        </>
      }
    />
  );
}

function Events({ sync, before }: { sync: SyncStory; before: Sync | null }) {
  const { t } = useI18n();
  const { id } = useTenant();
  const previous = useRead<SyncStory>(before === null ? null : ['tenants', id, 'syncs', before.syncId]);
  if (sync.events.length === 0) return <Nothing title={t('story.noEvents')} hint={t('story.noEventsHint')} />;
  return (
    <ol className="timeline">
      {sync.events.map((event, index) => (
        <EventItem
          key={event.id}
          event={event}
          sync={sync}
          since={index === 0 ? null : (sync.events[index - 1]?.at ?? null)}
          before={
            previous.data?.events.findLast(({ kind, body }) => kind === event.kind && body !== null) ?? null
          }
        />
      ))}
    </ol>
  );
}

function SyncFacts({ sync }: { sync: SyncStory }) {
  const { t, tOr } = useI18n();
  const format = useFormat();
  const placeOf = usePlaces();
  const streams = useStreams(useTenant().id).data?.items ?? [];
  const stream = streams.find(({ id }) => id === sync.streamId);
  return (
    <Section title={t('story.facts')}>
      <Facts
        facts={[
          [
            t('common.stream'),
            <Link key="stream" to={placeOf('streams', { stream: sync.streamId })}>
              {stream?.name ?? sync.streamId}
            </Link>,
          ],
          [t('data.operation'), tOr(`operation.${sync.operation}`, sync.operation)],
          [t('story.began'), <Moment key="began" at={sync.createdAt} as="full" />],
          [t('story.took'), format.duration(Math.max(0, sync.updatedAt - sync.createdAt))],
          [t('story.attempts'), format.number(sync.attempts)],
          [t('common.dataCenter'), sync.dataCenterId],
          [
            t('story.syncId'),
            <span key="id" className="long-id">
              <code>{sync.syncId}</code> <CopyButton text={sync.syncId} />
            </span>,
          ],
        ]}
      />
    </Section>
  );
}

function OtherSyncs({ syncs, current }: { syncs: readonly Sync[]; current: string }) {
  const { t } = useI18n();
  const placeOf = usePlaces();
  return (
    <ul className="other-syncs">
      {syncs.map(({ syncId, status, direction, updatedAt }) => (
        <li key={syncId}>
          <StateTag status={status} />
          {syncId === current ? (
            <span aria-current="true">
              <Moment at={updatedAt} /> · {t('story.this')}
            </span>
          ) : (
            <Link to={placeOf(`data/${encodeURIComponent(syncId)}`)}>
              <Moment at={updatedAt} />
            </Link>
          )}
          <span className="faint">{t(`direction.${direction}`)}</span>
        </li>
      ))}
    </ul>
  );
}
