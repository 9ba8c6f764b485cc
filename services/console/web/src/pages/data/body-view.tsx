import { Segmented } from 'antd';
import { useState } from 'react';
import { apiPath } from '../../api/client.ts';
import type { SyncEvent, SyncStory } from '../../api/shapes.ts';
import { useFormat } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { CodeBlock } from '../../parts/code-block.tsx';
import { useTenant } from '../../tenant.ts';
import { differencesOf, prettyJson, type FieldChange } from './differences.ts';

type View = 'changed' | 'all' | 'json';

interface BodyViewProps {
  event: SyncEvent;
  sync: SyncStory;
  before: SyncEvent | null;
}

/** A step's record: what changed since the sync before, all its fields, or its JSON. */
export function BodyView({ event, sync, before }: BodyViewProps) {
  const { t } = useI18n();
  if (event.body === null) return null;
  const { text, isCut } = event.body;
  if (text === null) return <p className="faint">{t('story.bodyGone')}</p>;
  if (isCut) return <CutBody event={event} sync={sync} text={text} characters={event.body.characters} />;
  const older = before?.body?.isCut === false ? before.body.text : null;
  return <WholeBody event={event} text={text} older={older} />;
}

function useTitle({ kind }: SyncEvent): string {
  const { t, tOr } = useI18n();
  return tOr(`event.body.${kind}`, t('event.body.other'));
}

function WholeBody({ event, text, older }: { event: SyncEvent; text: string; older: string | null }) {
  const { t } = useI18n();
  const title = useTitle(event);
  const [chosen, setChosen] = useState<View | null>(null);
  const view = chosen ?? (older === null ? 'all' : 'changed');
  const choices = [
    ...(older === null ? [] : [{ value: 'changed' as const, label: t('story.changedOnly') }]),
    { value: 'all' as const, label: t('story.allFields') },
    { value: 'json' as const, label: t('story.raw') },
  ];
  return (
    <div className="body-view">
      <div className="body-head">
        <h3>{title}</h3>
        <Segmented<View>
          size="small"
          name={`view-${event.id}`}
          aria-label={title}
          options={choices}
          value={view}
          onChange={setChosen}
        />
      </div>
      {view === 'json' ? (
        <CodeBlock label={t('story.raw')} text={prettyJson(text)} copied={text} />
      ) : (
        <Fields changes={differencesOf(older, text)} isAll={view === 'all'} hasOlder={older !== null} />
      )}
    </div>
  );
}

interface CutBodyProps {
  event: SyncEvent;
  sync: SyncStory;
  text: string;
  characters: number;
}

/** Too long for a story: its beginning, and the way to all of it. */
function CutBody({ event, sync, text, characters }: CutBodyProps) {
  const { t } = useI18n();
  const { id: tenantId } = useTenant();
  const format = useFormat();
  const path = apiPath(['tenants', tenantId, 'syncs', sync.syncId, 'events', event.id, 'body']);
  return (
    <div className="body-view">
      <h3>{useTitle(event)}</h3>
      <CodeBlock label={t('story.raw')} text={text} />
      <p>
        {t('story.bodyCut', { size: format.bytes(characters) })} <a href={path}>{t('story.wholeBody')}</a>
      </p>
    </div>
  );
}

function Fields({
  changes,
  isAll,
  hasOlder,
}: {
  changes: readonly FieldChange[];
  isAll: boolean;
  hasOlder: boolean;
}) {
  const { t } = useI18n();
  const shown = isAll ? changes : changes.filter(({ kind }) => kind !== 'same');
  if (shown.length === 0) return <p className="faint">{t('story.noDifference')}</p>;
  return (
    <table className="fields">
      <caption>{t('story.fields')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('story.field')}</th>
          {hasOlder && <th scope="col">{t('story.before')}</th>}
          <th scope="col">{t('story.value')}</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ path, before, now, kind }) => (
          <tr key={path} className={kind}>
            <th scope="row">
              <code>{path}</code>
              {kind !== 'same' && <span className="change">{t(`story.${kind}`)}</span>}
            </th>
            {hasOlder && <td className="before">{before}</td>}
            <td>{now}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
