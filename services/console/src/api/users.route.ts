import type { User } from '@syncline/store';
import { z } from 'zod';
import { nameOf, newPassword, role, tenantIds, userName } from '../auth/account-fields.ts';
import { pageOf } from './page.ts';
import { pageQuery } from './query.ts';
import { postRoute, route } from './route.ts';

const userSchema = z.object({
  name: z.string(),
  role: z.string(),
  tenants: z.array(z.string()).nullable().describe('null: all, also those to come'),
  disabled: z.boolean(),
  createdAt: z.number(),
  lastSignInAt: z.number().nullable(),
});

const admins = { role: 'admin', isOfAllTenants: true } as const;

export const userRoutes = [
  route({
    ...admins,
    path: '/users',
    summary: 'Who may sign in, the newest first',
    query: pageQuery,
    answer: pageOf(userSchema),
    async handle({ query }, { store }) {
      const page = await store.users.list(query);
      return { ...page, items: page.items.map(shown) };
    },
  }),
  postRoute({
    ...admins,
    audited: ['name', 'role', 'tenants'],
    path: '/users',
    summary: 'A new user',
    body: { name: userName, password: newPassword, role, tenants: tenantIds.default(null) },
    answer: userSchema,
    handle: async ({ body }, { accounts }) => shown(await accounts.addUser(body)),
  }),
  postRoute({
    ...admins,
    audited: ['role', 'tenants', 'disabled'],
    path: '/users/:name',
    summary:
      'Changes role, tenants, or whether the user may sign in; what is absent stays. Disabling ends the sessions',
    body: {
      role: role.optional(),
      tenants: tenantIds.optional(),
      disabled: z.boolean('expected true or false').optional(),
    },
    answer: userSchema,
    async handle({ param, body }, { accounts }) {
      const { role: newRole, tenants, disabled } = body;
      const set = {
        ...(newRole !== undefined && { role: newRole }),
        ...(tenants !== undefined && { tenants }),
        ...(disabled !== undefined && { disabled }),
      };
      return shown(await accounts.changeUser(nameOf(param('name')), set));
    },
  }),
  postRoute({
    ...admins,
    path: '/users/:name/password',
    summary: 'Gives a user a new password and ends the sessions',
    body: { password: newPassword },
    answer: userSchema,
    handle: async ({ param, body }, { accounts }) =>
      shown(await accounts.setPassword(nameOf(param('name')), body.password)),
  }),
  postRoute({
    ...admins,
    path: '/users/:name/remove',
    summary: 'Removes a user and ends the sessions; API keys stay',
    body: {},
    answer: z.object({}),
    async handle({ param }, { accounts }) {
      await accounts.removeUser(nameOf(param('name')));
      return {};
    },
  }),
];

function shown({ password: _password, ...user }: User): z.output<typeof userSchema> {
  return user;
}
