import { Link } from 'react-router';
import type { TenantLine } from '../api/shapes.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { usePlaces } from '../tenant.ts';
import { Nothing } from './answers.tsx';
import { CodeBlock } from './code-block.tsx';
import { PageHead } from './page.tsx';

export function NotFound() {
  const { t } = useI18n();
  const placeOf = usePlaces();
  return (
    <>
      <PageHead title={t('app.notFound')} />
      <Link to={placeOf('overview')}>{t('app.home')}</Link>
    </>
  );
}

export function NoTenants() {
  const { t } = useI18n();
  return (
    <main className="alone">
      <h1>Syncline</h1>
      <Nothing title={t('app.noTenants')} hint={t('app.noTenantsHint')}>
        <CodeBlock text="./syncline apply infra/sandbox/config" label="shell" />
      </Nothing>
    </main>
  );
}

export function UnknownTenant({ id, first }: { id: string; first: TenantLine | undefined }) {
  const { t } = useI18n();
  return (
    <main className="alone">
      <h1>Syncline</h1>
      <Nothing title={t('app.unknownTenant', { id })}>
        {first !== undefined && (
          <Link className="link-button" to={`/t/${encodeURIComponent(first.id)}/overview`}>
            {t('app.toFirst', { name: first.name })}
          </Link>
        )}
      </Nothing>
    </main>
  );
}
