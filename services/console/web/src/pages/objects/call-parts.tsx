import { Collapse } from 'antd';
import type { OpenApiOperation } from '../../api/open-api-shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Table, type Column } from '../../parts/table.tsx';

type Parameter = OpenApiOperation['parameters'][number];

export function Parameters({ parameters }: { parameters: readonly Parameter[] }) {
  const { t } = useI18n();
  const columns: Column<Parameter>[] = [
    {
      title: t('common.name'),
      cell: ({ name, in: place }) => (
        <>
          <code>{name}</code> <span className="faint">{t(`api.in.${place}`)}</span>
        </>
      ),
    },
    { title: t('common.required'), cell: ({ required }) => t(required ? 'common.yes' : 'api.optional') },
    {
      title: t('api.example'),
      cell: ({ example }) =>
        example === undefined ? null : (
          <code>{typeof example === 'string' ? example : JSON.stringify(example)}</code>
        ),
    },
    { title: t('common.details'), className: 'words', cell: ({ description }) => description },
  ];
  return (
    <>
      <h3>{t('api.parameters')}</h3>
      <Table
        caption={t('api.parameters')}
        columns={columns}
        items={parameters}
        keyOf={({ in: place, name }) => `${place} ${name}`}
      />
    </>
  );
}

export function Answers({ responses }: { responses: OpenApiOperation['responses'] }) {
  const { t } = useI18n();
  const items = Object.entries(responses).map(([status, { description, content }]) => {
    const example = Object.values(content)[0]?.example;
    return {
      key: status,
      label: (
        <>
          <strong>HTTP {status}</strong> {description}
        </>
      ),
      children: (
        <CodeBlock
          label={t('api.example')}
          text={typeof example === 'string' ? example : JSON.stringify(example, null, 2)}
        />
      ),
    };
  });
  return (
    <>
      <h3>{t('api.responses')}</h3>
      <Collapse size="small" items={items} defaultActiveKey={['200']} />
    </>
  );
}
