import { CheckCircleFilled, PlayCircleOutlined, SyncOutlined, WarningFilled } from '@ant-design/icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { apiPath, ApiProblem, post } from '../../api/client.ts';
import { useList } from '../../api/queries.ts';
import type { Polled, PollTask, PollWindow } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Nothing, Problem } from '../../parts/answers.tsx';
import { Moment } from '../../parts/moment.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { Tag } from '../../parts/state-tag.tsx';
import { ListTable, type Column } from '../../parts/table.tsx';
import { useMay } from '../../session/session.ts';
import { useTenant } from '../../tenant.ts';
import { LedgerPicture } from './ledger-picture.tsx';
import { WindowTable } from './window-table.tsx';
import { Sign } from '../../parts/sign.tsx';

const againMs = 5_000;
const windowsShown = 150;

export function Polling() {
  const { t } = useI18n();
  const { id } = useTenant();
  const list = useList<PollTask>(['tenants', id, 'poll-tasks'], {}, againMs);
  return (
    <>
      <PageHead title={t('polling.title')} hint={t('polling.hint')} />
      <div className="stack">
        <Section>
          <ListTable
            caption={t('polling.title')}
            columns={useTaskColumns()}
            list={list}
            keyOf={({ dataCenterId, objectApiName }) => `${dataCenterId}/${objectApiName}`}
            empty={<Nothing title={t('polling.empty')} hint={t('polling.emptyHint')} />}
          />
        </Section>
        {list.items.map((task) => (
          <Ledger key={`${task.dataCenterId}/${task.objectApiName}`} task={task} />
        ))}
      </div>
    </>
  );
}

function useTaskColumns(): Column<PollTask>[] {
  const { t } = useI18n();
  const mayRun = useMay()('operator');
  return [
    {
      title: t('common.object'),
      cell: ({ objectApiName, dataCenterId }) => (
        <span className="record">
          <strong>{objectApiName}</strong>
          <span className="record-id">{dataCenterId}</span>
        </span>
      ),
    },
    {
      title: t('polling.schedule'),
      cell: ({ schedule, timeZone, fullSweep }) => (
        <span className="record">
          {schedule}
          <span className="record-id">
            {timeZone}
            {fullSweep !== null && ` · ${t('polling.sweep')}: ${fullSweep.schedule}`}
          </span>
        </span>
      ),
    },
    { title: t('polling.next'), cell: (task) => <NextRun task={task} /> },
    {
      title: t('polling.upTo'),
      cell: ({ checkpoint }) => (checkpoint === null ? t('common.never') : <Moment at={checkpoint} />),
    },
    { title: t('common.state'), className: 'words', cell: (task) => <TaskState task={task} /> },
    ...(mayRun ? [{ title: t('polling.runNow'), cell: (task: PollTask) => <RunNow task={task} /> }] : []),
  ];
}

function NextRun({ task: { nextDueAt, fullSweep } }: { task: PollTask }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <span className="record">
      {nextDueAt === null ? (
        t('common.unknown')
      ) : format.isPast(nextDueAt) ? (
        t('polling.due')
      ) : (
        <Moment at={nextDueAt} />
      )}
      {fullSweep !== null && fullSweep.nextDueAt !== null && (
        <span className="record-id">
          {t('polling.sweep')}: {t('polling.sweepNext', { time: format.ago(fullSweep.nextDueAt) })}
        </span>
      )}
    </span>
  );
}

function TaskState({ task: { failures, lastError, isHeld } }: { task: PollTask }) {
  const { t } = useI18n();
  if (failures > 0)
    return (
      <>
        <Tag tone="bad" icon={<WarningFilled />}>
          {t('polling.failures', { count: failures })}
        </Tag>
        <p>{lastError}</p>
      </>
    );
  return isHeld ? (
    <Tag tone="busy" icon={<SyncOutlined />}>
      {t('polling.running')}
    </Tag>
  ) : (
    <Tag tone="good" icon={<CheckCircleFilled />}>
      {t('polling.fine')}
    </Tag>
  );
}

function RunNow({ task: { dataCenterId, objectApiName } }: { task: PollTask }) {
  const { t } = useI18n();
  const { id } = useTenant();
  const { notification } = App.useApp();
  const client = useQueryClient();
  const running = useMutation({
    mutationFn: () =>
      post<Polled>(apiPath(['tenants', id, 'poll-tasks', dataCenterId, objectApiName, 'run'])),
    onSuccess({ received, totalNum, pages }) {
      const words = { object: objectApiName, received, total: totalNum ?? received, pages };
      notification.success({ title: t('polling.ran', words) });
    },
    onError(error) {
      const traceId =
        error instanceof ApiProblem && error.traceId !== ''
          ? ` ${t('common.traceId', { id: error.traceId })}`
          : '';
      notification.error({
        title: t('polling.couldNot', { object: objectApiName }),
        description: (error.message || t('common.offline')) + traceId,
        duration: 0,
      });
    },
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <Button
      icon={
        <Sign>
          <PlayCircleOutlined />
        </Sign>
      }
      loading={running.isPending}
      aria-label={`${t('polling.runNow')}: ${objectApiName}`}
      onClick={() => running.mutate()}
    >
      {t('polling.runNow')}
    </Button>
  );
}

function Ledger({ task: { dataCenterId, objectApiName, everyMs } }: { task: PollTask }) {
  const { t } = useI18n();
  const { id } = useTenant();
  const query = { dataCenterId, objectApiName, limit: windowsShown };
  const list = useList<PollWindow>(['tenants', id, 'poll-windows'], query, againMs);
  if (list.error !== null) return <Problem error={list.error} retry={list.refetch} />;
  return (
    <Section title={t('polling.windowsOf', { object: objectApiName })} hint={t('polling.ledgerHint')}>
      <LedgerPicture object={objectApiName} windows={list.items} everyMs={everyMs} />
      {list.items.length > 0 && <WindowTable windows={list.items} />}
    </Section>
  );
}
