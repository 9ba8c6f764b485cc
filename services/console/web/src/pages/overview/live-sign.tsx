import type { Connection } from '../../api/live.ts';
import { useI18n } from '../../i18n/i18n.tsx';

export function LiveSign({ connection }: { connection: Connection }) {
  const { t } = useI18n();
  return (
    <span className={`live-sign ${connection}`} role="status">
      <span className="dot" aria-hidden="true" />
      {t(`live.${connection}`)}
    </span>
  );
}
