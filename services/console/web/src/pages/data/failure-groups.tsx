import { useList, useStreams } from '../../api/queries.ts';
import type { FailureGroup } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Problem } from '../../parts/answers.tsx';
import type { Filters } from '../../parts/filters.tsx';
import { Section } from '../../parts/page.tsx';
import { StateTag } from '../../parts/state-tag.tsx';
import { Link, useLocation } from 'react-router';
import { usePlaces, useTenant } from '../../tenant.ts';
import { Button } from 'antd';

const againMs = 15_000;
const shownAtOnce = 8;

/** Failures that have one cause are one line: a thousand of them are as easy to see as two. */
export function FailureGroups({ filters }: { filters: Filters }) {
  const { t } = useI18n();
  const { id } = useTenant();
  const list = useList<FailureGroup>(['tenants', id, 'failures'], { limit: shownAtOnce }, againMs);
  if (list.isPending) return null;
  if (list.error !== null) return <Problem error={list.error} retry={list.refetch} />;
  if (list.items.length === 0) return <p className="all-fine">✓ {t('data.groupsEmpty')}</p>;
  return (
    <Section title={t('data.groups')}>
      <ul className="groups">
        {list.items.map((group) => (
          <GroupLine key={JSON.stringify(queryOf(group))} group={group} isChosen={isChosen(filters, group)} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button size="small" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </Section>
  );
}

function GroupLine({ group, isChosen }: { group: FailureGroup; isChosen: boolean }) {
  const { t, tOr, count } = useI18n();
  const format = useFormat();
  const placeOf = usePlaces();
  const { search } = useLocation();
  const streams = useStreams(useTenant().id).data?.items ?? [];
  const { streamId, status, errorClass, errorCode, message } = group;
  const stream = streams.find(({ id }) => id === streamId)?.name ?? streamId;
  const cause = tOr(`class.${errorClass ?? 'none'}`, errorClass ?? '');
  return (
    <li className={isChosen ? 'chosen' : ''}>
      <Link
        to={isChosen ? placeOf('data') : placeOf('data', queryOf(group))}
        aria-current={isChosen && search !== '' ? 'true' : undefined}
      >
        <span className="group-count">{count('data.groupCount', group.count)}</span>
        <StateTag status={status} />
        <span className="group-words">
          <strong>{message || cause}</strong>
          <span className="record-id">
            {[stream, cause, errorCode, t('data.newest', { time: format.ago(group.newestAt) })]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </span>
      </Link>
    </li>
  );
}

function queryOf({ streamId, status, errorClass, errorCode, text }: FailureGroup): Record<string, string> {
  return {
    unresolved: 'true',
    stream: streamId,
    status: String(status),
    errorClass: errorClass ?? '',
    errorCode: errorCode ?? '',
    text,
  };
}

function isChosen(filters: Filters, group: FailureGroup): boolean {
  return Object.entries(queryOf(group)).every(([name, value]) => filters.get(name) === value);
}
