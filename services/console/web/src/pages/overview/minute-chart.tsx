import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Minute } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useTheme } from '../../theme.tsx';
import { Tag } from '../../parts/state-tag.tsx';

const chartHeight = 170;

/** Syncs for each minute of the last hour, one on the other by how they ended. */
export function MinuteChart({ minutes }: { minutes: readonly Minute[] }) {
  const { t } = useI18n();
  const format = useFormat();
  const sum = (part: 'success' | 'failed' | 'other'): number =>
    minutes.reduce((all, one) => all + one[part], 0);
  const label = t('overview.perMinuteLabel', {
    success: sum('success'),
    failed: sum('failed'),
    other: sum('other'),
  });
  return (
    <>
      <div className="legend">
        <Tag tone="good" icon={<Swatch />}>
          {t('overview.succeeded')} {format.number(sum('success'))}
        </Tag>
        <Tag tone="bad" icon={<Swatch />}>
          {t('overview.failed')} {format.number(sum('failed'))}
        </Tag>
        <Tag tone="calm" icon={<Swatch />}>
          {t('overview.others')} {format.number(sum('other'))}
        </Tag>
      </div>
      <Canvas minutes={minutes} label={label} />
    </>
  );
}

function Swatch() {
  return <span className="swatch" aria-hidden="true" />;
}

function Canvas({ minutes, label }: { minutes: readonly Minute[]; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(null);
  const latest = useRef(minutes);
  const { isDark } = useTheme();
  const format = useFormat();

  useEffect(() => {
    const parent = place.current;
    if (parent === null) return undefined;
    const made = new UPlot(
      optionsOf(parent.clientWidth, (at) => format.minute(at * 1_000)),
      stacked(latest.current),
      parent,
    );
    plot.current = made;
    const sized = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height: chartHeight }));
    sized.observe(parent);
    return () => {
      sized.disconnect();
      made.destroy();
      plot.current = null;
    };
    // Colours are read when the chart is made.
  }, [isDark, format]);

  useEffect(() => {
    latest.current = minutes;
    plot.current?.setData(stacked(minutes));
  }, [minutes]);

  return <div ref={place} className="chart" role="img" aria-label={label} />;
}

/** Sums from the bottom up, the tallest drawn first. */
function stacked(minutes: readonly Minute[]): UPlot.AlignedData {
  return [
    minutes.map(({ at }) => at / 1_000),
    minutes.map(({ failed, success, other }) => failed + success + other),
    minutes.map(({ failed, success }) => failed + success),
    minutes.map(({ failed }) => failed),
  ];
}

function optionsOf(width: number, minuteText: (at: number) => string): UPlot.Options {
  const colour = (name: string): string =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
  const bars = UPlot.paths.bars?.({ size: [0.72, 22], radius: 0.15 });
  const series = (stroke: string): UPlot.Series => ({
    fill: stroke,
    width: 0,
    points: { show: false },
    ...(bars !== undefined && { paths: bars }),
  });
  const axis: UPlot.Axis = {
    stroke: colour('faint'),
    grid: { stroke: colour('border'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui',
  };
  return {
    width,
    height: chartHeight,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: (_plot, min, max) => [min - 30, max + 30] },
      y: { range: (_plot, _min, max) => [0, Math.max(4, max * 1.1)] },
    },
    axes: [
      { ...axis, size: 28, grid: { show: false }, values: (_plot, ticks) => ticks.map(minuteText) },
      {
        ...axis,
        size: 42,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000],
      },
    ],
    series: [{}, series(colour('calm')), series(colour('good')), series(colour('bad'))],
  };
}
