import { UserOutlined } from '@ant-design/icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Dropdown } from 'antd';
import { useNavigate } from 'react-router';
import { apiPath, remove } from '../api/client.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { Sign } from '../parts/sign.tsx';
import { usePlaces } from '../tenant.ts';
import { endSession, useSession } from './session.ts';

/** Who is signed in, with the way out. */
export function UserMenu() {
  const { t } = useI18n();
  const { user, role } = useSession();
  const { notification } = App.useApp();
  const client = useQueryClient();
  const navigate = useNavigate();
  const placeOf = usePlaces();
  const signingOut = useMutation({
    mutationFn: () => remove(apiPath(['session'])),
    onSuccess: () => endSession(client, false),
    onError: (error) => notification.error({ title: error.message || t('common.offline') }),
  });
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'change', label: t('session.change'), onClick: () => void navigate(placeOf('password')) },
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
  );
}
