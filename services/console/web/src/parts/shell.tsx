import {
  ApartmentOutlined,
  AuditOutlined,
  ClusterOutlined,
  DashboardOutlined,
  DatabaseOutlined,
  FieldTimeOutlined,
  LinkOutlined,
  SwapOutlined,
  TagsOutlined,
  TeamOutlined,
} from '@ant-design/icons';
import { Input, Select } from 'antd';
import { Suspense, type ReactNode } from 'react';
import { NavLink, Outlet, useLocation, useNavigate } from 'react-router';
import type { TenantLine } from '../api/shapes.ts';
import type { Key } from '../i18n/en.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useMay } from '../session/session.ts';
import { UserMenu } from '../session/user-menu.tsx';
import { usePlaces, useTenant } from '../tenant.ts';
import { useTheme, type ThemeChoice } from '../theme.tsx';
import { Loading } from './answers.tsx';
import { Caught } from './caught.tsx';
import { LanguageChoice } from './language-choice.tsx';
import { Sign } from './sign.tsx';

interface MenuPage {
  page: string;
  key: Key;
  icon: ReactNode;
}

const pages: readonly MenuPage[] = [
  { page: 'overview', key: 'nav.overview', icon: <DashboardOutlined /> },
  { page: 'data', key: 'nav.data', icon: <DatabaseOutlined /> },
  { page: 'objects', key: 'nav.objects', icon: <ApartmentOutlined /> },
  { page: 'streams', key: 'nav.streams', icon: <SwapOutlined /> },
  { page: 'mappings', key: 'nav.mappings', icon: <LinkOutlined /> },
  { page: 'field-mappings', key: 'nav.fieldMappings', icon: <TagsOutlined /> },
  { page: 'polling', key: 'nav.polling', icon: <FieldTimeOutlined /> },
  { page: 'system', key: 'nav.system', icon: <ClusterOutlined /> },
];
const adminPages: readonly MenuPage[] = [
  { page: 'users', key: 'nav.users', icon: <TeamOutlined /> },
  { page: 'audit', key: 'nav.audit', icon: <AuditOutlined /> },
];

/** What stands around every page. */
export function Shell({ tenants }: { tenants: readonly TenantLine[] }) {
  const { t } = useI18n();
  const { pathname } = useLocation();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('app.skip')}
      </a>
      <Menu />
      <div className="body">
        <TopBar tenants={tenants} />
        <main id="main" tabIndex={-1}>
          <Caught key={pathname}>
            <Suspense fallback={<Loading />}>
              <Outlet />
            </Suspense>
          </Caught>
        </main>
      </div>
    </div>
  );
}

function Menu() {
  const { t } = useI18n();
  const placeOf = usePlaces();
  const isForAll = useMay()('admin', { ofAllTenants: true });
  return (
    <nav className="menu" aria-label={t('app.menu')}>
      <NavLink to={placeOf('overview')} className="brand">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        Syncline
      </NavLink>
      <ul>
        {[...pages, ...(isForAll ? adminPages : [])].map(({ page, key, icon }) => (
          <li key={page}>
            <NavLink to={placeOf(page)}>
              <Sign>{icon}</Sign>
              {t(key)}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function TopBar({ tenants }: { tenants: readonly TenantLine[] }) {
  return (
    <header className="top-bar">
      <TenantChoice tenants={tenants} />
      <RecordSearch />
      <div className="top-end">
        <LanguageChoice />
        <ThemeChoices />
        <UserMenu />
      </div>
    </header>
  );
}

function TenantChoice({ tenants }: { tenants: readonly TenantLine[] }) {
  const { t } = useI18n();
  const { id } = useTenant();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const page = pathname.split('/')[3] ?? 'overview';
  const options = tenants.map((one) => ({
    value: one.id,
    label: one.name === one.id ? one.id : `${one.name} · ${one.id}`,
  }));
  return (
    <Select
      aria-label={t('app.tenant')}
      className="tenant-choice"
      value={id}
      options={options}
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      onChange={(chosen: string) => void navigate(`/t/${encodeURIComponent(chosen)}/${page}`)}
    />
  );
}

/** The shortest way from "one customer did not arrive" to its records. */
function RecordSearch() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const placeOf = usePlaces();
  return (
    <div role="search" className="record-search">
      <Input.Search
        aria-label={t('app.search')}
        placeholder={t('app.search')}
        allowClear
        maxLength={200}
        onSearch={(text, _event, info) => {
          if (info?.source !== 'clear' && text.trim() !== '')
            void navigate(placeOf('data', { text: text.trim() }));
        }}
      />
    </div>
  );
}

function ThemeChoices() {
  const { t } = useI18n();
  const { choice, choose } = useTheme();
  return (
    <Select
      aria-label={t('app.theme')}
      value={choice}
      options={[
        { value: 'system', label: t('app.system') },
        { value: 'light', label: t('app.light') },
        { value: 'dark', label: t('app.dark') },
      ]}
      popupMatchSelectWidth={false}
      onChange={(chosen: ThemeChoice) => choose(chosen)}
    />
  );
}
