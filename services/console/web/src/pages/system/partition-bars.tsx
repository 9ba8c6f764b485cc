import type { TopicLag } from '../../api/shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';

const barWidth = 14;
const height = 28;

/** One bar for each partition, as tall as its lag: one that does not move stands out. */
export function PartitionBars({ lag: { topic, partitions } }: { lag: TopicLag }) {
  const { t } = useI18n();
  const sorted = [...partitions].sort((a, b) => a.partition - b.partition);
  const most = Math.max(0, ...sorted.map(({ lag }) => lag));
  return (
    <svg
      className="partitions"
      width={sorted.length * barWidth}
      height={height}
      role="img"
      aria-label={t('system.partitionsLabel', { topic, most })}
    >
      {sorted.map(({ partition, lag, committed, end }, index) => {
        const tall = lag === 0 ? 2 : Math.max(4, (lag / most) * height);
        return (
          <rect
            key={partition}
            className={lag > 0 ? 'behind' : ''}
            x={index * barWidth}
            y={height - tall}
            width={barWidth - 3}
            height={tall}
          >
            <title>{t('system.partition', { partition, lag, committed: committed ?? '–', end })}</title>
          </rect>
        );
      })}
    </svg>
  );
}
