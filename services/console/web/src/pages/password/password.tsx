import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input } from 'antd';
import { useState } from 'react';
import { apiPath, post } from '../../api/client.ts';
import type { Session } from '../../api/account-shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Problem } from '../../parts/answers.tsx';
import { Field, FormOf } from '../../parts/form.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { beginSession } from '../../session/session.ts';

/** One's own password. */
export function Password() {
  const { t } = useI18n();
  const client = useQueryClient();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const changing = useMutation({
    mutationFn: () => post<Session>(apiPath(['session', 'password']), { current, next }),
    onSuccess(session) {
      beginSession(client, session);
      setCurrent('');
      setNext('');
    },
  });
  return (
    <>
      <PageHead title={t('session.change')} />
      <Section>
        {changing.isSuccess && <Alert type="success" showIcon title={t('session.changed')} />}
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
      </Section>
    </>
  );
}
