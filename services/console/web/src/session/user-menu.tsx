import { UserOutlined } from '@ant-design/icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Dropdown } from 'antd';
import { useState } from 'react';
import { apiPath, remove } from '../api/client.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { Sign } from '../parts/sign.tsx';
import { ChangePassword } from './change-password.tsx';
import { endSession, useSession } from './session.ts';

/** Who is signed in, with the way out. */
export function UserMenu() {
  const { t } = useI18n();
  const { user, role } = useSession();
  const { notification } = App.useApp();
  const client = useQueryClient();
  const [isChanging, setIsChanging] = useState(false);
  const signingOut = useMutation({
    mutationFn: () => remove(apiPath(['session'])),
    onSuccess: () => endSession(client, false),
    onError: (error) => notification.error({ title: error.message || t('common.offline') }),
  });
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'change', label: t('session.change'), onClick: () => setIsChanging(true) },
            { key: 'out', label: t('session.signOut'), onClick: () => signingOut.mutate() },
          ],
        }}
      >
        <Button
          aria-label={t('session.menu', { user, role: t(`role.${role}`) })}
          icon={
            <Sign>
              <UserOutlined />
            </Sign>
          }
        >
          {user}
        </Button>
      </Dropdown>
      {isChanging && <ChangePassword close={() => setIsChanging(false)} />}
    </>
  );
}
