import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { apiPath, post } from '../../api/client.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Problem } from '../../parts/answers.tsx';
import { Field, FormOf } from '../../parts/form.tsx';
import { Section } from '../../parts/page.tsx';
import { PasswordField } from './password-field.tsx';
import { RoleFields, type Rights } from './role-fields.tsx';

export function NewUser({ close }: { close: () => void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [rights, setRights] = useState<Rights>({ role: 'viewer', tenants: null });
  const saving = useMutation({
    mutationFn: () => post(apiPath(['users']), { name, password, ...rights }),
    onSuccess: close,
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <Section title={t('users.new')} extra={<Button onClick={close}>{t('users.cancel')}</Button>}>
      {saving.isError && <Problem error={saving.error} />}
      <FormOf onSubmit={() => saving.mutate()}>
        <Field label={t('common.name')}>
          <Input
            autoFocus
            required
            maxLength={64}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <PasswordField
          required
          label={t('session.password')}
          hint={t('users.passwordNewHint')}
          value={password}
          change={setPassword}
        />
        <RoleFields rights={rights} change={setRights} />
        <Button type="primary" htmlType="submit" loading={saving.isPending}>
          {t('users.save')}
        </Button>
      </FormOf>
    </Section>
  );
}
