import {
  CheckCircleFilled,
  ClockCircleFilled,
  CloseCircleFilled,
  ForwardFilled,
  HourglassFilled,
  MinusCircleFilled,
  PauseCircleFilled,
  QuestionCircleFilled,
  RedoOutlined,
  SendOutlined,
} from '@ant-design/icons';
import type { ReactNode } from 'react';
import { useI18n } from '../i18n/i18n.tsx';
import { Sign } from './sign.tsx';

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm';

interface Look {
  tone: Tone;
  icon: ReactNode;
}

/** By `lastSyncStatus`. */
const looks: Readonly<Record<number, Look>> = {
  1: { tone: 'busy', icon: <ClockCircleFilled /> },
  2: { tone: 'warn', icon: <HourglassFilled /> },
  3: { tone: 'busy', icon: <SendOutlined /> },
  4: { tone: 'warn', icon: <RedoOutlined /> },
  5: { tone: 'bad', icon: <CloseCircleFilled /> },
  6: { tone: 'good', icon: <CheckCircleFilled /> },
  7: { tone: 'calm', icon: <MinusCircleFilled /> },
  8: { tone: 'calm', icon: <ForwardFilled /> },
  9: { tone: 'warn', icon: <PauseCircleFilled /> },
  10: { tone: 'bad', icon: <QuestionCircleFilled /> },
};

/** All states, in the order in which people look for them. */
export const syncStates = [5, 10, 4, 2, 9, 1, 3, 6, 7, 8] as const;

export function toneOf(status: number): Tone {
  return looks[status]?.tone ?? 'calm';
}

/** A state in words, with a sign and a colour. */
export function StateTag({ status }: { status: number }) {
  const { tOr } = useI18n();
  const { tone, icon } = looks[status] ?? { tone: 'calm', icon: null };
  return (
    <Tag tone={tone} icon={icon}>
      {tOr(`state.${status}`, String(status))}
    </Tag>
  );
}

export function Tag({ tone, icon, children }: { tone: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <span className={`tag ${tone}`}>
      {icon !== undefined && <Sign>{icon}</Sign>}
      {children}
    </span>
  );
}
