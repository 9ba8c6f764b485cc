import type { OpenApiSchema } from '../../api/open-api-shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { bodyFieldsOf, type BodyField } from './fields-of-body.ts';

/** Every field of a body with its path, as one list: a reader looks for a name and not for a tree. */
export function BodyFields({ schema }: { schema: OpenApiSchema }) {
  const { t } = useI18n();
  const columns: Column<BodyField>[] = [
    { title: t('story.field'), cell: ({ path }) => <code>{path}</code> },
    { title: t('common.type'), cell: ({ type }) => type },
    { title: t('common.required'), cell: ({ required }) => t(required ? 'common.yes' : 'api.optional') },
    { title: t('common.details'), className: 'words', cell: ({ description }) => description },
  ];
  return (
    <Table
      caption={t('api.fields')}
      columns={columns}
      items={bodyFieldsOf(schema)}
      keyOf={({ path }) => path}
    />
  );
}
