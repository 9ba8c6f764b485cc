import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { apiPath, post } from '../api/client.ts';
import type { Session } from '../api/account-shapes.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { Problem } from '../parts/answers.tsx';
import { Field, FormOf } from '../parts/form.tsx';
import { beginSession } from './session.ts';

export function ChangePassword({ close }: { close: () => void }) {
  const { t } = useI18n();
  const { notification } = App.useApp();
  const client = useQueryClient();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const changing = useMutation({
    mutationFn: () => post<Session>(apiPath(['session', 'password']), { current, next }),
    onSuccess(session) {
      beginSession(client, session);
      notification.success({ title: t('session.changed') });
      close();
    },
  });
  return (
    <Modal open title={t('session.change')} onCancel={close} footer={null}>
      {changing.isError && <Problem error={changing.error} />}
      <FormOf onSubmit={() => changing.mutate()}>
        <Field label={t('session.current')}>
          <Input.Password
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        </Field>
        <Field label={t('session.next')} hint={t('session.nextHint')}>
          <Input.Password
            autoComplete="new-password"
            required
            minLength={10}
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
        </Field>
        <Button type="primary" htmlType="submit" loading={changing.isPending}>
          {t('session.change')}
        </Button>
      </FormOf>
    </Modal>
  );
}
