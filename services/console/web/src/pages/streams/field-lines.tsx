import type { FieldRule } from '../../api/shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { layOut, lineHeight } from './layout.ts';

const lineWidth = 240;

interface FieldLinesProps {
  source: string;
  dest: string;
  fields: readonly FieldRule[];
}

/** Source fields and dest fields side by side, with a line for each rule between them. */
export function FieldLines({ source, dest, fields }: FieldLinesProps) {
  const { t } = useI18n();
  const { left, right, lines, rows } = layOut(fields);
  const height = rows * lineHeight;
  return (
    <div className="field-lines" role="group" aria-label={t('streams.fieldsLabel', { source, dest })}>
      <div>
        <h3>{source}</h3>
        <ul>
          {left.map(({ name, isField }) => (
            <li key={name} className={isField ? '' : 'made'}>
              {isField ? <code>{name}</code> : <SourceWords name={name} fields={fields} />}
            </li>
          ))}
        </ul>
      </div>
      <svg width={lineWidth} height={height} viewBox={`0 0 ${lineWidth} ${height}`} aria-hidden="true">
        {lines.map(({ from, to, isChanged }) => (
          <path
            key={to}
            className={isChanged ? 'changed' : ''}
            d={`M0 ${middle(from)} C${lineWidth / 2} ${middle(from)} ${lineWidth / 2} ${middle(to)} ${lineWidth} ${middle(to)}`}
          />
        ))}
      </svg>
      <div>
        <h3>{dest}</h3>
        <ul>
          {right.map((rule) => (
            <li key={rule.to}>
              <code>{rule.to}</code>
              {rule.required && <span className="required">{t('streams.required')}</span>}
              <RuleWords rule={rule} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function middle(row: number): number {
  return row * lineHeight + lineHeight / 2;
}

/** What stands at the left of a field that is made of no single field. */
function SourceWords({ name, fields }: { name: string; fields: readonly FieldRule[] }) {
  const { t } = useI18n();
  const rule = fields.find(({ to }) => `=${to}` === name);
  if (rule?.expression !== undefined) return <code title={rule.expression}>{rule.expression}</code>;
  return <>{t('streams.constant', { value: JSON.stringify(rule?.value ?? null) })}</>;
}

/** How the value changes on its way. */
function RuleWords({ rule }: { rule: FieldRule }) {
  const { t } = useI18n();
  const words = [
    rule.expression !== undefined && t('streams.expression'),
    rule.lookup !== null && t('streams.lookup', { table: rule.lookup }),
    rule.reference !== null && t('streams.reference', { object: rule.reference.object }),
    typeof rule.options === 'object' &&
      rule.options !== null &&
      t('streams.options', { count: Object.keys(rule.options).length }),
    rule.default !== undefined && t('streams.default', { value: JSON.stringify(rule.default) }),
  ].filter((one) => one !== false);
  const title =
    typeof rule.options === 'object' && rule.options !== null ? JSON.stringify(rule.options) : undefined;
  return (
    <span className="faint" title={title}>
      {words.length === 0 && rule.from !== undefined ? t('streams.direct') : words.join(', ')}
    </span>
  );
}
