import {
  CheckCircleFilled,
  CloseCircleFilled,
  HourglassFilled,
  InboxOutlined,
  PauseCircleFilled,
  QuestionCircleFilled,
  RedoOutlined,
  SendOutlined,
} from '@ant-design/icons';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Overview } from '../../api/shapes.ts';
import type { Key } from '../../i18n/en.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import type { Tone } from '../../parts/state-tag.tsx';
import { usePlaces } from '../../tenant.ts';
import { Sign } from '../../parts/sign.tsx';

interface Look {
  tone: Tone;
  icon: ReactNode;
}

interface CounterLine extends Look {
  label: Key;
  count: number | null;
  to: string;
}

const plain: Look = { tone: 'calm', icon: null };
const looks: Partial<Record<Key, Look>> = {
  'overview.failed': { tone: 'bad', icon: <CloseCircleFilled /> },
  'overview.unknown': { tone: 'bad', icon: <QuestionCircleFilled /> },
  'overview.deadLetters': { tone: 'bad', icon: <InboxOutlined /> },
  'overview.retrying': { tone: 'warn', icon: <RedoOutlined /> },
  'overview.waiting': { tone: 'warn', icon: <HourglassFilled /> },
  'overview.held': { tone: 'warn', icon: <PauseCircleFilled /> },
  'overview.moving': { tone: 'busy', icon: <SendOutlined /> },
  'overview.succeeded': { tone: 'good', icon: <CheckCircleFilled /> },
};

/** What a person has to look at, then what goes on by itself; each leads to its records. */
export function Counters({ overview }: { overview: Overview }) {
  const { t } = useI18n();
  const groups = useGroups(overview);
  return (
    <div className="counter-groups">
      {groups.map(({ title, lines }) => (
        <section key={title} className="counter-group">
          <h2>{t(title)}</h2>
          <div>
            {lines.map((line) => (
              <Counter key={line.label} line={line} />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

function useGroups({ records, deadLetters, lastHour }: Overview): { title: Key; lines: CounterLine[] }[] {
  const placeOf = usePlaces();
  const rowsAt = (status: string): string => placeOf('mappings', { status });
  const failed = placeOf('data', { unresolved: 'true', status: '5' });
  const success = placeOf('data', { status: '6', period: '1h' });
  const moving = records === null ? null : records.inFlight + records.pending;
  const line = (label: Key, count: number | null | undefined, to: string): CounterLine => {
    return { label, count: count ?? null, to, ...(looks[label] ?? plain) };
  };
  return [
    {
      title: 'overview.attention',
      lines: [
        line('overview.failed', records?.failed, failed),
        line('overview.unknown', records?.unknown, rowsAt('10')),
        line('overview.deadLetters', deadLetters, placeOf('system')),
      ],
    },
    {
      title: 'overview.onItsOwn',
      lines: [
        line('overview.retrying', records?.retrying, rowsAt('4')),
        line('overview.waiting', records?.waiting, rowsAt('2')),
        line('overview.held', records?.held, rowsAt('9')),
        line('overview.moving', moving, rowsAt('1,3')),
      ],
    },
    { title: 'overview.lastHour', lines: [line('overview.succeeded', lastHour.success, success)] },
  ];
}

function Counter({ line: { label, count, tone, icon, to } }: { line: CounterLine }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <Link to={to} className={`counter ${count !== null && count > 0 ? tone : 'zero'}`}>
      <span className="counter-label">
        <Sign>{icon}</Sign>
        {t(label)}
      </span>
      <span className="counter-number">{format.number(count)}</span>
    </Link>
  );
}
