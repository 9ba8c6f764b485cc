import { useLiveOverview } from '../../api/live.ts';
import type { Overview as OverviewAnswer } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Answered } from '../../parts/answers.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { useTenant } from '../../tenant.ts';
import { Counters } from './counters.tsx';
import { Flow } from './flow.tsx';
import { LiveSign } from './live-sign.tsx';
import { MinuteChart } from './minute-chart.tsx';
import { ServiceList } from '../../parts/service-list.tsx';
import { StreamTable } from './stream-table.tsx';

export function Overview() {
  const { t } = useI18n();
  const { id, name } = useTenant();
  const live = useLiveOverview(id);
  return (
    <>
      <PageHead title={t('overview.title')} hint={name === id ? id : `${name} · ${id}`}>
        <LiveSign connection={live.connection} />
      </PageHead>
      <Answered answer={live}>{(overview) => <Contents overview={overview} />}</Answered>
    </>
  );
}

function Contents({ overview }: { overview: OverviewAnswer }) {
  const { t } = useI18n();
  const format = useFormat();
  const { lastHour, since } = overview;
  const startedWithin = since > (lastHour.perMinute[0]?.at ?? 0);
  return (
    <div className="stack">
      <Counters overview={overview} />
      <Section title={t('overview.flow')} hint={t('overview.flowHint')}>
        <Flow overview={overview} />
      </Section>
      <Section
        title={t('overview.perMinute')}
        {...(startedWithin && { hint: t('overview.since', { time: format.minute(since) }) })}
      >
        <MinuteChart minutes={lastHour.perMinute} />
      </Section>
      <div className="columns wide-left">
        <Section title={t('overview.streams')}>
          <StreamTable streams={overview.streams} />
        </Section>
        <Section title={t('overview.services')}>
          <ServiceList services={overview.services} />
        </Section>
      </div>
    </div>
  );
}
