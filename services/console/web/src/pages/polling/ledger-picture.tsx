import { Segmented } from 'antd';
import { useState } from 'react';
import type { PollWindow } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { blocksOf, since, type Block, type BlockStatus } from './ledger.ts';

const width = 1_000;
const height = 34;
const leastWidth = 3;

type Range = 'recent' | 'day' | 'all';

const recentWindows = 20;
const dayMs = 24 * 3_600_000;

interface LedgerProps {
  object: string;
  windows: readonly PollWindow[];
  /** between two windows */
  everyMs: number;
}

/** The ledger as a strip of ERP time. A first window is often a day long: the newest ones would be hairlines beside it. */
export function LedgerPicture({ object, windows, everyMs }: LedgerProps) {
  const { t } = useI18n();
  const [range, setRange] = useState<Range>('recent');
  const end = Math.max(0, ...windows.map(({ endTime }) => endTime));
  const spans: Record<Range, number> = { recent: everyMs * recentWindows, day: dayMs, all: end };
  const blocks = since(blocksOf(windows), end - spans[range]);
  if (blocks.length === 0) return <p className="faint">{t('polling.noWindows')}</p>;
  return (
    <>
      <Segmented<Range>
        size="small"
        name={`range-${object}`}
        aria-label={t('polling.range', { object })}
        options={(['recent', 'day', 'all'] as const).map((one) => ({
          value: one,
          label: t(`polling.range.${one}`),
        }))}
        value={range}
        onChange={setRange}
      />
      <Strip object={object} windows={windows.length} blocks={blocks} />
    </>
  );
}

/** Gaps and short windows differ in colour, height and pattern. */
function Strip({ object, windows, blocks }: { object: string; windows: number; blocks: readonly Block[] }) {
  const { t } = useI18n();
  const format = useFormat();
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) return null;
  const span = Math.max(1, last.to - first.from);
  const placeOf = (at: number): number => ((at - first.from) / span) * width;
  const countOf = (status: BlockStatus): number => blocks.filter((one) => one.status === status).length;
  const label = t('polling.ledgerLabel', {
    object,
    windows,
    from: format.dateTime(first.from),
    to: format.dateTime(last.to),
    short: countOf('short'),
    failed: countOf('failed'),
    gaps: countOf('gap'),
  });
  return (
    <figure className="ledger">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <defs>
          <pattern
            id="short"
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect className="pattern-ground" width="6" height="6" />
            <rect className="pattern-line" width="2" height="6" />
          </pattern>
        </defs>
        {blocks.map((block) => (
          <BlockShape key={block.from} block={block} x={placeOf(block.from)} end={placeOf(block.to)} />
        ))}
      </svg>
      <figcaption>
        <span>{format.dateTime(first.from)}</span>
        <span className="ledger-legend">
          {(['complete', 'open', 'short', 'failed', 'gap'] as const)
            .filter((status) => countOf(status) > 0)
            .map((status) => (
              <span key={status} className={`ledger-key ${status}`}>
                {t(`polling.status.${status}`)}
              </span>
            ))}
        </span>
        <span>{format.dateTime(last.to)}</span>
      </figcaption>
    </figure>
  );
}

function BlockShape({ block, x, end }: { block: Block; x: number; end: number }) {
  const { t } = useI18n();
  const format = useFormat();
  const { status, from, to, window } = block;
  const isFault = status === 'gap' || status === 'failed' || status === 'short';
  const tall = status === 'gap' ? 8 : height;
  const words = [
    t(`polling.status.${status}`),
    `${format.dateTime(from)} – ${format.dateTime(to)}`,
    window !== null && t('polling.rowsOf', { received: window.received, total: window.totalNum ?? '?' }),
  ].filter((one) => one !== false);
  return (
    <rect
      className={`block ${status}`}
      x={x}
      y={height - tall}
      width={Math.max(isFault ? leastWidth : 1, end - x - 1)}
      height={tall}
    >
      <title>{words.join('\n')}</title>
    </rect>
  );
}
