import { Select } from 'antd';
import { useTenants } from '../../api/queries.ts';
import type { Role } from '../../api/account-shapes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Field } from '../../parts/form.tsx';

export interface Rights {
  role: Role;
  /** null: all */
  tenants: string[] | null;
}

const roles: readonly Role[] = ['viewer', 'operator', 'admin'];

/** What a user or a key may do, and of which tenants. */
export function RoleFields({ rights, change }: { rights: Rights; change: (rights: Rights) => void }) {
  const { t } = useI18n();
  const tenants = useTenants().data?.items ?? [];
  return (
    <>
      <Field label={t('users.role')} hint={t('users.roleHint')}>
        <Select
          aria-label={t('users.role')}
          value={rights.role}
          options={roles.map((role) => ({ value: role, label: t(`role.${role}`) }))}
          onChange={(role: Role) => change({ ...rights, role })}
        />
      </Field>
      <Field label={t('users.tenants')} hint={t('users.tenantsHint')}>
        <Select
          aria-label={t('users.tenants')}
          mode="multiple"
          value={rights.tenants ?? []}
          options={tenants.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(ids: string[]) => change({ ...rights, tenants: ids.length === 0 ? null : ids })}
        />
      </Field>
    </>
  );
}
