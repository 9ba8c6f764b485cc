import { lazy } from 'react';
import { Navigate, Route, Routes, useParams } from 'react-router';
import { useTenants } from './api/queries.ts';
import { Loading, Problem } from './parts/answers.tsx';
import { NotFound, NoTenants, UnknownTenant } from './parts/nowhere.tsx';
import { Shell } from './parts/shell.tsx';
import { useMay } from './session/session.ts';
import { TenantContext } from './tenant.ts';

const Overview = lazy(() =>
  import('./pages/overview/overview.tsx').then((page) => ({ default: page.Overview })),
);
const Data = lazy(() => import('./pages/data/data.tsx').then((page) => ({ default: page.Data })));
const Story = lazy(() => import('./pages/data/story.tsx').then((page) => ({ default: page.Story })));
const Objects = lazy(() => import('./pages/objects/objects.tsx').then((page) => ({ default: page.Objects })));
const ObjectApi = lazy(() =>
  import('./pages/objects/object-api.tsx').then((page) => ({ default: page.ObjectApi })),
);
const Streams = lazy(() => import('./pages/streams/streams.tsx').then((page) => ({ default: page.Streams })));
const Mappings = lazy(() =>
  import('./pages/mappings/mappings.tsx').then((page) => ({ default: page.Mappings })),
);
const FieldMappings = lazy(() =>
  import('./pages/mappings/field-mappings.tsx').then((page) => ({ default: page.FieldMappings })),
);
const Polling = lazy(() => import('./pages/polling/polling.tsx').then((page) => ({ default: page.Polling })));
const Users = lazy(() => import('./pages/users/users.tsx').then((page) => ({ default: page.Users })));
const Audit = lazy(() => import('./pages/audit/audit.tsx').then((page) => ({ default: page.Audit })));
const Password = lazy(() =>
  import('./pages/password/password.tsx').then((page) => ({ default: page.Password })),
);
const System = lazy(() => import('./pages/system/system.tsx').then((page) => ({ default: page.System })));

export function App() {
  const isForAll = useMay()('admin', { ofAllTenants: true });
  return (
    <Routes>
      <Route path="/" element={<FirstTenant />} />
      <Route path="/t/:tenantId" element={<OfTenant />}>
        <Route index element={<Navigate to="overview" replace />} />
        <Route path="overview" element={<Overview />} />
        <Route path="data" element={<Data />} />
        <Route path="data/:syncId" element={<Story />} />
        <Route path="objects" element={<Objects />} />
        <Route path="objects/:dataCenterId/:apiName" element={<ObjectApi />} />
        <Route path="streams" element={<Streams />} />
        <Route path="mappings" element={<Mappings />} />
        <Route path="field-mappings" element={<FieldMappings />} />
        <Route path="polling" element={<Polling />} />
        <Route path="system" element={<System />} />
        <Route path="password" element={<Password />} />
        {isForAll && <Route path="users" element={<Users />} />}
        {isForAll && <Route path="audit" element={<Audit />} />}
        <Route path="*" element={<NotFound />} />
      </Route>
      <Route path="*" element={<Navigate to="/" replace />} />
    </Routes>
  );
}

function FirstTenant() {
  const tenants = useTenants();
  if (tenants.data === undefined)
    return tenants.isError ? <Problem error={tenants.error} retry={tenants.refetch} /> : <Loading />;
  const first = tenants.data.items[0];
  return first === undefined ? (
    <NoTenants />
  ) : (
    <Navigate to={`/t/${encodeURIComponent(first.id)}/overview`} replace />
  );
}

function OfTenant() {
  const { tenantId = '' } = useParams();
  const tenants = useTenants();
  if (tenants.data === undefined)
    return tenants.isError ? <Problem error={tenants.error} retry={tenants.refetch} /> : <Loading />;
  const all = tenants.data.items;
  const tenant = all.find(({ id }) => id === tenantId);
  if (tenant === undefined) return <UnknownTenant id={tenantId} first={all[0]} />;
  return (
    <TenantContext value={tenant}>
      <Shell tenants={all} />
    </TenantContext>
  );
}
