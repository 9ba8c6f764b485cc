import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { Link, useParams, useSearchParams } from 'react-router';
import { apiPath } from '../../api/client.ts';
import { useRead } from '../../api/queries.ts';
import type { OpenApiDocument, OpenApiOperation } from '../../api/open-api-shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Answered } from '../../parts/answers.tsx';
import { CodeBlock } from '../../parts/code-block.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { Tag } from '../../parts/state-tag.tsx';
import { usePlaces, useTenant } from '../../tenant.ts';
import { BodyFields } from './body-fields.tsx';
import { Answers, Parameters } from './call-parts.tsx';
import { Sign } from '../../parts/sign.tsx';

interface ApiCall {
  method: 'GET' | 'POST';
  path: string;
  server: string;
  operation: OpenApiOperation;
}

/** "Generate API" (spec 1): the five endpoints of an object with its own fields, and commands to try them. */
export function ObjectApi() {
  const { t } = useI18n();
  const { id } = useTenant();
  const { dataCenterId = '', apiName = '' } = useParams();
  const placeOf = usePlaces();
  const segments = ['erp-objects', id, dataCenterId, apiName, 'openapi.json'];
  const found = useRead<OpenApiDocument>(segments);
  return (
    <>
      <PageHead
        title={t('api.title', { name: apiName })}
        hint={t('api.hint')}
        before={
          <nav className="crumbs">
            <Link to={placeOf('objects')}>{t('api.back')}</Link>
          </nav>
        }
      >
        <Button
          type="primary"
          icon={
            <Sign>
              <DownloadOutlined />
            </Sign>
          }
          href={apiPath(segments)}
          download={`${apiName}.openapi.json`}
        >
          {t('api.download')}
        </Button>
      </PageHead>
      <Answered answer={found}>{(document) => <Calls document={document} />}</Answered>
    </>
  );
}

function Calls({ document }: { document: OpenApiDocument }) {
  const { t } = useI18n();
  const [search, setSearch] = useSearchParams();
  const calls = callsOf(document);
  const isOurs = ({ operation }: ApiCall): boolean => operation.operationId === 'asyncpush';
  const chosen =
    calls.find(({ operation }) => operation.operationId === search.get('call')) ?? calls.find(isOurs);
  return (
    <div className="api-page">
      <nav className="api-menu pick-list" aria-label={t('objects.generate')}>
        {[
          { title: t('api.ourSide'), own: calls.filter(isOurs) },
          { title: t('api.erpSide'), own: calls.filter((call) => !isOurs(call)) },
        ].map(({ title, own }) => (
          <div key={title}>
            <h2>{title}</h2>
            <ul>
              {own.map(({ method, operation }) => (
                <li key={operation.operationId}>
                  <button
                    type="button"
                    aria-current={operation === chosen?.operation ? 'true' : undefined}
                    onClick={() => setSearch({ call: operation.operationId })}
                  >
                    <span className="method">{method}</span> {operation.operationId}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="stack">
        <Alert type="info" showIcon title={t('api.steps')} description={t('api.tokenHint')} />
        {chosen !== undefined && <Call key={chosen.operation.operationId} call={chosen} />}
      </div>
    </div>
  );
}

function Call({ call: { method, path, server, operation } }: { call: ApiCall }) {
  const { t } = useI18n();
  const address = server + path;
  const [media, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  return (
    <div className="api-call">
      <Section title={operation.summary} extra={<Tag tone="busy">{operation.operationId}</Tag>}>
        <p className="address">
          <span className="method">{method}</span> <code>{address}</code> <CopyButton text={address} />
        </p>
        <p>{operation.description}</p>
        {operation['x-codeSamples'].map(({ label, source }) => (
          <CodeBlock key={label} label={`${t('api.try')}: ${label}`} text={source} />
        ))}
        <Parameters parameters={operation.parameters} />
        {body !== undefined && (
          <>
            <h3>
              {t('api.fields')} <span className="faint">{media}</span>
            </h3>
            <BodyFields schema={body.schema} />
          </>
        )}
        <Answers responses={operation.responses} />
      </Section>
    </div>
  );
}

function callsOf({ paths }: OpenApiDocument): ApiCall[] {
  return Object.entries(paths).flatMap(([path, { servers, get, post }]) => {
    const server = servers[0]?.url ?? '';
    return [
      ...(get === undefined ? [] : [{ method: 'GET' as const, path, server, operation: get }]),
      ...(post === undefined ? [] : [{ method: 'POST' as const, path, server, operation: post }]),
    ];
  });
}
