import type { Overview, Service } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { linesOf, type FlowLine } from './flow-lines.ts';

const width = 1180;
const height = 250;

interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

const places = {
  crm: { x: 0, y: 55, w: 130, h: 140 },
  mapping: { x: 425, y: 55, w: 150, h: 140 },
  pusher: { x: 815, y: 20, w: 130, h: 56 },
  poller: { x: 815, y: 104, w: 130, h: 56 },
  receiver: { x: 815, y: 174, w: 130, h: 56 },
  erp: { x: 1050, y: 20, w: 130, h: 210 },
} as const satisfies Record<string, Place>;

/** Where each line runs, the way its messages go. */
const paths: Record<FlowLine['id'], { d: string; x: number; y: number }> = {
  crmEvents: { d: 'M130 95 H417', x: 277, y: 95 },
  crmWrites: { d: 'M425 155 H138', x: 277, y: 155 },
  erpWrites: { d: 'M575 85 C640 85 640 48 690 48 H807', x: 695, y: 48 },
  erpRecords: { d: 'M815 166 H690 C640 166 640 150 583 150', x: 695, y: 166 },
};

/** ERP ⇄ services ⇄ CRM: how much flows on each line, what waits there and what failed. */
export function Flow({ overview }: { overview: Overview }) {
  const { t } = useI18n();
  const words = useLineWords();
  const lines = linesOf(overview);
  const label = t('overview.flowLabel', {
    lines: lines.map((line) => `${line.from} → ${line.to}: ${words(line).join(', ')}`).join('; '),
  });
  const serviceOf = (name: string): Service | undefined =>
    overview.services?.find((one) => one.name === name);
  return (
    <svg className="flow" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0 L8 4 L0 8 z" />
        </marker>
      </defs>
      {lines.map((line) => (
        <Line key={line.id} line={line} words={words(line)} />
      ))}
      <path className="flow-plain" d="M945 48 H1042" markerEnd="url(#arrow)" />
      <path className="flow-plain" d="M1050 202 H953" markerEnd="url(#arrow)" />
      <path className="flow-plain" d="M945 132 H1042" markerEnd="url(#arrow)" />
      <Node place={places.crm} name={t('overview.crm')} isSide />
      <Node place={places.erp} name={t('overview.erp')} isSide />
      <Node place={places.mapping} name="mapping" service={serviceOf('mapping')} />
      <Node place={places.pusher} name="pusher" service={serviceOf('pusher')} />
      <Node place={places.poller} name="poller" service={serviceOf('poller')} />
      <Node place={places.receiver} name="receiver" service={serviceOf('receiver')} />
    </svg>
  );
}

/** Slower than this is called quiet: it would be rounded to nothing. */
const leastRate = 0.05;

function useLineWords(): (line: FlowLine) => string[] {
  const { t } = useI18n();
  const format = useFormat();
  const rateWords = (perSecond: number | null): string => {
    if (perSecond === null) return t('overview.measuring');
    return perSecond < leastRate
      ? t('overview.quiet')
      : t('overview.perSecond', { rate: format.rate(perSecond) });
  };
  return ({ perSecond, waiting, failed }) => [
    rateWords(perSecond),
    ...(waiting > 0 ? [t('overview.waitingOnLine', { count: format.number(waiting) })] : []),
    ...(failed > 0 ? [t('overview.failedOnLine', { count: format.number(failed) })] : []),
  ];
}

function Line({ line, words }: { line: FlowLine; words: string[] }) {
  const { d, x, y } = paths[line.id];
  const isMoving = line.perSecond !== null && line.perSecond >= leastRate;
  const tone = line.failed > 0 ? 'bad' : line.waiting > 0 ? 'warn' : '';
  const text = words.join(' · ');
  const half = Math.max(46, text.length * 3.9 + 12);
  return (
    <g className={`flow-line ${tone} ${isMoving ? 'moving' : ''}`}>
      <path d={d} markerEnd="url(#arrow)" />
      <text className="flow-topic" x={x} y={y - 19} textAnchor="middle">
        {line.topic}
      </text>
      <rect x={x - half} y={y - 12} width={half * 2} height={24} rx={12} />
      <text className="flow-words" x={x} y={y + 5} textAnchor="middle">
        {text}
      </text>
    </g>
  );
}

function Node({
  place,
  name,
  service,
  isSide,
}: {
  place: Place;
  name: string;
  service?: Service | undefined;
  isSide?: boolean;
}) {
  const { t } = useI18n();
  const { x, y, w, h } = place;
  const middle = y + h / 2;
  const state = service === undefined ? null : t(service.ready ? 'overview.ready' : 'overview.notReady');
  return (
    <g className={`flow-node ${isSide === true ? 'side' : ''} ${service?.ready === false ? 'down' : ''}`}>
      <rect x={x} y={y} width={w} height={h} rx={10} />
      <text x={x + w / 2} y={state === null ? middle + 6 : middle - 2} textAnchor="middle">
        {name}
      </text>
      {state !== null && (
        <text className="flow-state" x={x + w / 2} y={middle + 17} textAnchor="middle">
          {service?.ready === true ? '● ' : '▲ '}
          {state}
        </text>
      )}
    </g>
  );
}
