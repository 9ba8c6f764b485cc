import { RefusedRequest, type Role } from '@syncline/contract';
import express from 'express';
import { z } from 'zod';
import { nameOf, newPassword } from '../auth/account-fields.ts';
import { addressOf } from '../auth/address.ts';
import type { AuditEntry, AuditLog } from '../auth/audit-log.ts';
import type { Auth } from '../auth/auth.ts';
import type { Caller } from '../auth/caller.ts';
import { clearCookie, writeCookie } from '../auth/cookie.ts';
import type { OpenedSession } from '../auth/sessions.ts';
import { createReadJson, requireCsrfToken, requireOwnPage } from './own-page.ts';
import { readBody } from './query.ts';

const maxBodyBytes = 16 * 1024;
const text = z.string('expected a text').min(1, 'expected a text').max(1_000, 'is too long');
export const signInBody = z.strictObject({ user: text, password: text });
export const passwordBody = z.strictObject({ current: text, next: newPassword });

export const sessionSchema = z.object({
  user: z.string().describe("the user's name; an API key's own name, or syncline for its own programs"),
  kind: z.enum(['user', 'api key', 'program']),
  role: z.string(),
  tenants: z.array(z.string()).nullable().describe('null: all'),
  csrfToken: z
    .string()
    .nullable()
    .describe('for the header x-csrf-token of whatever is no GET; null without a cookie'),
  expiresAt: z.number().nullable().describe('ms; the session ends then at the latest'),
});

/** Signing in and out. Open to everybody: here it is found out who asks. */
export function createSessionRoutes(auth: Auth): express.Router {
  const { signIn, sessions, authenticate, audit } = auth;
  const router = express.Router();
  const readJson = createReadJson(maxBodyBytes);

  router.get('/', async (req, res) => {
    res.json(shown(await authenticate.caller(req)));
  });
  router.post('/', async (req, res) => {
    let who: string | null = null;
    const opened = await noting(
      audit,
      () => entryOf(req, { who, role: null }),
      async () => {
        requireOwnPage(req);
        const { user, password } = readBody(signInBody, await readJson(req, res));
        const name = nameOf(user);
        who = await signIn.knownName(name);
        return signIn.signIn({ name, password, address: addressOf(req) });
      },
    );
    await audit.note(entryOf(req, { who, role: opened.caller.role }), null);
    answer(req, res, opened);
  });
  router.delete('/', async (req, res) => {
    const caller = await signedIn(req, auth);
    await audit.carryOut(entryOf(req, { who: caller.name, role: caller.role }), () =>
      sessions.end(caller.session.id),
    );
    clearCookie(req, res);
    res.json({});
  });
  router.post('/password', async (req, res) => {
    const caller = await signedIn(req, auth);
    const { current, next } = readBody(passwordBody, await readJson(req, res));
    const attempt = { name: caller.name, password: current, address: addressOf(req) };
    const opened = await audit.carryOut(entryOf(req, { who: caller.name, role: caller.role }), () =>
      signIn.changePassword(attempt, next),
    );
    answer(req, res, opened);
  });
  return router;
}

type SignedIn = Caller & { session: NonNullable<Caller['session']> };

/** @throws RefusedRequest unless it is a user's own page that asks */
function signedIn(req: express.Request, { authenticate, audit }: Auth): Promise<SignedIn> {
  let who: { who: string | null; role: Role | null } = { who: null, role: null };
  return noting(
    audit,
    () => entryOf(req, who),
    async () => {
      requireOwnPage(req);
      const caller = await authenticate.caller(req);
      who = { who: caller.name, role: caller.role };
      requireCsrfToken(req, caller);
      const { session } = caller;
      if (session === undefined) throw new RefusedRequest('forbidden', 'This is for users who signed in');
      return { ...caller, session };
    },
  );
}

/** Does it, and writes down when it is refused. */
async function noting<T>(audit: AuditLog, entry: () => AuditEntry, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await audit.note(entry(), error);
    throw error;
  }
}

function answer(
  req: express.Request,
  res: express.Response,
  { token, caller, maxAgeMs }: OpenedSession,
): void {
  writeCookie(req, res, token, maxAgeMs);
  res.json(shown(caller));
}

function shown({ name, kind, role, tenants, session }: Caller): z.output<typeof sessionSchema> {
  return {
    ...{ user: name, kind, role },
    tenants: tenants === null ? null : [...tenants],
    csrfToken: session?.csrfToken ?? null,
    expiresAt: session?.expiresAt ?? null,
  };
}

function entryOf(req: express.Request, who: { who: string | null; role: Role | null }): AuditEntry {
  const path = req.path === '/' ? '/session' : `/session${req.path}`;
  const place = { action: `${req.method} ${path}`, target: path };
  return { ...who, ...place, address: addressOf(req), tenantId: null, details: '' };
}
