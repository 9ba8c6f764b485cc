import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input } from 'antd';
import { useState } from 'react';
import { apiPath, post } from '../api/client.ts';
import type { Session } from '../api/account-shapes.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { Problem } from '../parts/answers.tsx';
import { Field, FormOf } from '../parts/form.tsx';
import { LanguageChoice } from '../parts/language-choice.tsx';
import { PageHead } from '../parts/page.tsx';
import { beginSession } from './session.ts';

/** In place of every page as long as nobody is signed in. */
export function SignIn({ hasEnded }: { hasEnded: boolean }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const signingIn = useMutation({
    mutationFn: () => post<Session>(apiPath(['session']), { user, password }),
    onSuccess: (session) => beginSession(client, session),
    onError: () => setPassword(''),
  });
  return (
    <main className="alone sign-in">
      <PageHead title={t('session.title')} />
      {hasEnded && !signingIn.isError && <Alert type="info" showIcon title={t('session.ended')} />}
      {signingIn.isError && <Problem error={signingIn.error} />}
      <FormOf onSubmit={() => signingIn.mutate()}>
        <Field label={t('session.user')}>
          <Input
            autoFocus
            autoComplete="username"
            required
            value={user}
            onChange={(event) => setUser(event.target.value)}
          />
        </Field>
        <Field label={t('session.password')}>
          <Input.Password
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
        <Button type="primary" htmlType="submit" loading={signingIn.isPending}>
          {t('session.submit')}
        </Button>
      </FormOf>
      <p className="faint">{t('session.first')}</p>
      <LanguageChoice />
    </main>
  );
}
