import { portNumber, serviceSettings, wholeNumber } from '@syncline/chassis';
import { z } from 'zod';
import { newPassword } from './auth/account-fields.ts';
import { reachableHost } from './reachable-host.ts';

const serviceUrl = z
  .string()
  .regex(/^https?:\/\/[^\s/]+$/, 'expected http://host:port')
  .optional();

const hostNames = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((one) => one.trim()))
  .transform((names) => names.filter((name) => name !== ''));

/** What the console reads from its environment, beside what every service does. */
export const consoleSettings = serviceSettings(
  {
    SYNCLINE_HOST: z.string().default('127.0.0.1'),
    CONSOLE_PORT: portNumber(8700),
    /** further names under which browsers may reach the console, with commas between them */
    CONSOLE_ALLOWED_HOSTS: hostNames,
    CONSOLE_DEAD_LETTER_DAYS: wholeNumber({ default: 90, min: 1, max: 3650 }),
    CONSOLE_AUDIT_DAYS: wholeNumber({ default: 365, min: 1, max: 3650 }),
    CONSOLE_SESSION_HOURS: wholeNumber({ default: 12, min: 1, max: 720 }),
    CONSOLE_IDLE_MINUTES: wholeNumber({ default: 120, min: 1, max: 43_200 }),
    /** how many proxies stand before the console, each adding to x-forwarded-for and -proto: they are believed */
    CONSOLE_PROXIES: wholeNumber({ default: 0, min: 0, max: 10 }),
    /** the first password of `admin`, where there is no user yet */
    CONSOLE_ADMIN_PASSWORD: newPassword.optional(),
    /** where ERPs reach the receiver, if it is another address than the console's own way there */
    RECEIVER_PUBLIC_URL: serviceUrl,
    /** where the other services answer, if not on this machine's `…_PORT` */
    RECEIVER_URL: serviceUrl,
    POLLER_URL: serviceUrl,
    PUSHER_URL: serviceUrl,
    MAPPING_URL: serviceUrl,
    RECEIVER_PORT: portNumber(8701),
    POLLER_PORT: portNumber(8702),
    PUSHER_PORT: portNumber(8703),
    MAPPING_PORT: portNumber(8704),
  },
  (env) => {
    const onPort = (port: number): string => `http://${reachableHost(env.SYNCLINE_HOST)}:${port}`;
    const receiver = env.RECEIVER_URL ?? onPort(env.RECEIVER_PORT);
    return {
      port: env.CONSOLE_PORT,
      receiverUrl: env.RECEIVER_PUBLIC_URL ?? receiver,
      allowedHosts: env.CONSOLE_ALLOWED_HOSTS,
      keepDeadLettersDays: env.CONSOLE_DEAD_LETTER_DAYS,
      keepAuditDays: env.CONSOLE_AUDIT_DAYS,
      life: {
        sessionMs: env.CONSOLE_SESSION_HOURS * 3_600_000,
        idleMs: env.CONSOLE_IDLE_MINUTES * 60_000,
      },
      proxies: env.CONSOLE_PROXIES,
      adminPassword: env.CONSOLE_ADMIN_PASSWORD,
      services: [
        { name: 'receiver', url: receiver },
        { name: 'poller', url: env.POLLER_URL ?? onPort(env.POLLER_PORT) },
        { name: 'mapping', url: env.MAPPING_URL ?? onPort(env.MAPPING_PORT) },
        { name: 'pusher', url: env.PUSHER_URL ?? onPort(env.PUSHER_PORT) },
      ],
    };
  },
);
