import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import { apiPath, post } from '../../api/client.ts';
import type { User } from '../../api/account-shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Problem } from '../../parts/answers.tsx';
import { FormOf } from '../../parts/form.tsx';
import { Section } from '../../parts/page.tsx';
import { PasswordField } from './password-field.tsx';
import { RoleFields, type Rights } from './role-fields.tsx';

export function EditUser({ user, close }: { user: User; close: () => void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const [rights, setRights] = useState<Rights>({ role: user.role, tenants: user.tenants });
  const [disabled, setDisabled] = useState(user.disabled);
  const saving = useMutation({
    async mutationFn() {
      await post(apiPath(['users', user.name]), { ...rights, disabled });
      if (password !== '') await post(apiPath(['users', user.name, 'password']), { password });
    },
    onSuccess: close,
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <Section
      title={t('users.editOf', { name: user.name })}
      extra={<Button onClick={close}>{t('users.cancel')}</Button>}
    >
      {saving.isError && <Problem error={saving.error} />}
      <FormOf onSubmit={() => saving.mutate()}>
        <PasswordField
          required={false}
          label={t('users.newPassword')}
          hint={t('users.passwordHint')}
          value={password}
          change={setPassword}
        />
        <RoleFields rights={rights} change={setRights} />
        <Checkbox checked={disabled} onChange={(event) => setDisabled(event.target.checked)}>
          {t('users.disabled')}: {t('users.mayNot')}
        </Checkbox>
        <Button type="primary" htmlType="submit" loading={saving.isPending}>
          {t('users.save')}
        </Button>
      </FormOf>
    </Section>
  );
}
