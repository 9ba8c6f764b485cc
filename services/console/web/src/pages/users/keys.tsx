import { Button } from 'antd';
import { useState } from 'react';
import { apiPath } from '../../api/client.ts';
import { useList } from '../../api/queries.ts';
import type { ApiKey } from '../../api/account-shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Nothing } from '../../parts/answers.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Section } from '../../parts/page.tsx';
import { ListTable, type Column } from '../../parts/table.tsx';
import { AskFirst } from './ask-first.tsx';
import { KeyForm } from './key-form.tsx';

/** With what scripts come in place of a user. */
export function Keys() {
  const { t } = useI18n();
  const list = useList<ApiKey>(['api-keys']);
  const [isMaking, setIsMaking] = useState(false);
  const columns: Column<ApiKey>[] = [
    {
      title: t('keys.for'),
      cell: ({ name, id }) => (
        <span className="record">
          <strong>{name}</strong>
          <span className="record-id">{id}</span>
        </span>
      ),
    },
    { title: t('users.role'), cell: ({ role }) => t(`role.${role}`) },
    { title: t('users.tenants'), cell: ({ tenants }) => tenants?.join(', ') ?? t('users.allTenants') },
    { title: t('keys.by'), cell: ({ createdBy }) => createdBy },
    { title: t('keys.ends'), cell: (key) => <Ends apiKey={key} /> },
    { title: t('keys.revoke'), cell: (key) => <Revoke apiKey={key} /> },
  ];
  return (
    <>
      {isMaking && <KeyForm close={() => setIsMaking(false)} />}
      <Section
        title={t('keys.title')}
        hint={t('keys.hint')}
        extra={<Button onClick={() => setIsMaking(true)}>{t('keys.new')}</Button>}
      >
        <ListTable
          caption={t('keys.title')}
          columns={columns}
          list={list}
          keyOf={({ id }) => id}
          empty={<Nothing title={t('keys.empty')} />}
        />
      </Section>
    </>
  );
}

function Ends({ apiKey: { expiresAt, revokedAt } }: { apiKey: ApiKey }) {
  const { t } = useI18n();
  if (revokedAt !== null) return t('keys.revoked');
  return expiresAt === null ? t('common.never') : <Moment at={expiresAt} />;
}

function Revoke({ apiKey: { id, name, revokedAt } }: { apiKey: ApiKey }) {
  const { t } = useI18n();
  if (revokedAt !== null) return <Moment at={revokedAt} />;
  return (
    <AskFirst
      label={t('keys.revoke')}
      name={t('keys.revokeOf', { name })}
      question={t('keys.revokeSure', { name })}
      path={apiPath(['api-keys', id, 'revoke'])}
    />
  );
}
