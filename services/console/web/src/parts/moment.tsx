import { useFormat } from '../i18n/format.ts';

/** A time of the past or to come, in words; the whole of it as a hint. */
export function Moment({ at, as = 'ago' }: { at: number; as?: 'ago' | 'clock' | 'full' }) {
  const format = useFormat();
  const full = format.dateTime(at);
  const words = { ago: () => format.ago(at), clock: () => format.clock(at), full: () => full }[as]();
  return (
    <time dateTime={new Date(at).toISOString()} title={full}>
      {words}
    </time>
  );
}
