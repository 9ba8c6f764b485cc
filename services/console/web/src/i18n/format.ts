import { useMemo } from 'react';
import { useI18n } from './i18n.tsx';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export interface Format {
  number(value: number | null | undefined): string;
  /** `3.4`, `120` */
  rate(value: number): string;
  /** of the day, with seconds */
  clock(at: number): string;
  minute(at: number): string;
  dateTime(at: number): string;
  /** `5 minutes ago`, `in 3 minutes` */
  ago(at: number, now?: number): string;
  isPast(at: number): boolean;
  /** `12 ms`, `3.4 s`, `5 min` */
  duration(ms: number): string;
  bytes(count: number): string;
}

/** Numbers and times as the chosen language writes them. */
export function useFormat(): Format {
  const { language } = useI18n();
  return useMemo(() => formatOf(language === 'zh' ? 'zh-CN' : 'en-GB'), [language]);
}

function formatOf(locale: string): Format {
  const plain = new Intl.NumberFormat(locale);
  const digits = (value: number, most: number): string =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: most }).format(value);
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const minutes = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  return {
    number: (value) => (value === null || value === undefined ? '–' : plain.format(value)),
    rate: (value) => digits(value, value < 10 ? 1 : 0),
    clock: (at) => clock.format(at),
    minute: (at) => minutes.format(at),
    dateTime: (at) => full.format(at),
    ago(at, now = Date.now()) {
      const away = at - now;
      const size = Math.abs(away);
      if (size < minute) return relative.format(Math.round(away / second), 'second');
      if (size < hour) return relative.format(Math.round(away / minute), 'minute');
      if (size < day) return relative.format(Math.round(away / hour), 'hour');
      return relative.format(Math.round(away / day), 'day');
    },
    isPast: (at) => at <= Date.now(),
    duration(ms) {
      if (ms < second) return `${digits(ms, 0)} ms`;
      if (ms < minute) return `${digits(ms / second, 1)} s`;
      return ms < hour ? `${digits(ms / minute, 1)} min` : `${digits(ms / hour, 1)} h`;
    },
    bytes: (count) => (count < 1024 ? `${plain.format(count)} B` : `${digits(count / 1024, 1)} KiB`),
  };
}
