import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { apiPath, post } from '../../api/client.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Problem } from '../../parts/answers.tsx';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Field, FormOf } from '../../parts/form.tsx';
import { Section } from '../../parts/page.tsx';
import { RoleFields, type Rights } from './role-fields.tsx';

const dayMs = 24 * 3_600_000;

/** A new API key, which is shown here and never again. */
export function KeyForm({ close }: { close: () => void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [days, setDays] = useState<number | null>(null);
  const [rights, setRights] = useState<Rights>({ role: 'viewer', tenants: null });
  const making = useMutation({
    mutationFn: () => {
      const expiresAt = days === null ? null : Date.now() + days * dayMs;
      return post<{ key: string }>(apiPath(['api-keys']), { name, ...rights, expiresAt });
    },
    onSettled: () => client.invalidateQueries(),
  });
  if (making.isSuccess)
    return (
      <Section title={t('keys.new')} extra={null}>
        <div className="form">
          <Alert type="warning" showIcon title={t('keys.once')} />
          <CodeBlock label={name} text={making.data.key} />
          <Button type="primary" onClick={close}>
            {t('keys.done')}
          </Button>
        </div>
      </Section>
    );
  return (
    <Section title={t('keys.new')} extra={<Button onClick={close}>{t('users.cancel')}</Button>}>
      {making.isError && <Problem error={making.error} />}
      <FormOf onSubmit={() => making.mutate()}>
        <Field label={t('keys.for')}>
          <Input required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <RoleFields rights={rights} change={setRights} />
        <Field label={t('keys.days')} hint={t('keys.daysHint')}>
          <InputNumber min={1} max={3650} precision={0} value={days} onChange={setDays} />
        </Field>
        <Button type="primary" htmlType="submit" loading={making.isPending}>
          {t('users.save')}
        </Button>
      </FormOf>
    </Section>
  );
}
