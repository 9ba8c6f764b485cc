import { Alert, Button, Empty, Spin } from 'antd';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api/client.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { CopyButton } from './copy.tsx';

export function Loading() {
  const { t } = useI18n();
  return (
    <div className="loading" role="status" aria-label={t('common.loading')}>
      <Spin />
    </div>
  );
}

/** What the API said was wrong, with the trace id that its logs have. */
export function Problem({ error, retry }: { error: unknown; retry?: () => unknown }) {
  const { t } = useI18n();
  const problem = error instanceof ApiProblem ? error : null;
  const message = (problem?.message ?? String(error)) || t('common.offline');
  const traceId = problem?.traceId ?? '';
  return (
    <Alert
      type="error"
      showIcon
      className="problem"
      title={message}
      description={
        traceId !== '' && (
          <span className="trace">
            {t('common.traceId', { id: traceId })} <CopyButton text={traceId} />
          </span>
        )
      }
      action={
        retry && (
          <Button size="small" onClick={() => void retry()}>
            {t('common.retry')}
          </Button>
        )
      }
    />
  );
}

/** Says what to do next where there is nothing to show. */
export function Nothing({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <Empty
      className="nothing"
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <>
          <strong>{title}</strong>
          {hint !== undefined && <p>{hint}</p>}
        </>
      }
    >
      {children}
    </Empty>
  );
}

interface Answer<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch(): unknown;
}

/** The answer once it is there; what went wrong above it, with what was known before still in sight. */
export function Answered<T>({ answer, children }: { answer: Answer<T>; children: (data: T) => ReactNode }) {
  const { data, error, refetch } = answer;
  return (
    <>
      {error !== null && <Problem error={error} retry={refetch} />}
      {data !== undefined && children(data)}
      {data === undefined && error === null && <Loading />}
    </>
  );
}
