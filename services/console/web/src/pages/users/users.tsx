import { CheckCircleFilled, StopOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { apiPath } from '../../api/client.ts';
import { useList } from '../../api/queries.ts';
import type { User } from '../../api/account-shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Nothing } from '../../parts/answers.tsx';
import { Moment } from '../../parts/moment.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { Tag } from '../../parts/state-tag.tsx';
import { ListTable, type Column } from '../../parts/table.tsx';
import { AskFirst } from './ask-first.tsx';
import { Keys } from './keys.tsx';
import { EditUser } from './edit-user.tsx';
import { NewUser } from './new-user.tsx';

export function Users() {
  const { t } = useI18n();
  const list = useList<User>(['users']);
  const [edited, setEdited] = useState<User | 'new' | null>(null);
  const columns: Column<User>[] = [
    { title: t('common.name'), cell: ({ name }) => <strong>{name}</strong> },
    { title: t('users.role'), cell: ({ role }) => t(`role.${role}`) },
    { title: t('users.tenants'), cell: ({ tenants }) => tenants?.join(', ') ?? t('users.allTenants') },
    { title: t('common.state'), cell: ({ disabled }) => <State disabled={disabled} /> },
    {
      title: t('users.lastSignIn'),
      cell: ({ lastSignInAt }) => (lastSignInAt === null ? t('common.never') : <Moment at={lastSignInAt} />),
    },
    {
      title: t('users.edit'),
      cell: (user) => (
        <span className="actions">
          <Button
            size="small"
            aria-label={t('users.editOf', { name: user.name })}
            onClick={() => setEdited(user)}
          >
            {t('users.edit')}
          </Button>
          <AskFirst
            label={t('users.remove')}
            name={t('users.removeOf', { name: user.name })}
            question={t('users.removeSure', { name: user.name })}
            path={apiPath(['users', user.name, 'remove'])}
          />
        </span>
      ),
    },
  ];
  return (
    <>
      <PageHead title={t('users.title')} hint={t('users.hint')} />
      <div className="stack">
        {edited === 'new' && <NewUser close={() => setEdited(null)} />}
        {edited !== null && edited !== 'new' && (
          <EditUser key={edited.name} user={edited} close={() => setEdited(null)} />
        )}
        <Section
          title={t('users.users')}
          extra={<Button onClick={() => setEdited('new')}>{t('users.new')}</Button>}
        >
          <ListTable
            caption={t('users.users')}
            columns={columns}
            list={list}
            keyOf={({ name }) => name}
            empty={<Nothing title={t('common.none')} />}
          />
        </Section>
        <Keys />
      </div>
    </>
  );
}

function State({ disabled }: { disabled: boolean }) {
  const { t } = useI18n();
  return disabled ? (
    <Tag tone="bad" icon={<StopOutlined />}>
      {t('users.disabled')}
    </Tag>
  ) : (
    <Tag tone="good" icon={<CheckCircleFilled />}>
      {t('users.enabled')}
    </Tag>
  );
}
