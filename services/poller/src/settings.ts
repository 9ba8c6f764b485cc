import { flag, networks, portNumber, serviceSettings, wholeNumber } from '@syncline/chassis';
import { defaultPrivateNetworks } from '@syncline/erp';

/** What the poller reads from its environment, beside what every service does. */
export const pollerSettings = serviceSettings(
  {
    POLLER_PORT: portNumber(8702),
    /** objects that this process polls at the same time */
    POLLER_MAX_WALKS: wholeNumber({ default: 32, min: 1, max: 1_000 }),
    /** pages of one window: an ERP that never ends is stopped here */
    POLLER_MAX_PAGES: wholeNumber({ default: 20_000, min: 2, max: 1_000_000 }),
    /** how long a task stays with a poller that died */
    POLLER_LEASE_SECONDS: wholeNumber({ default: 20, min: 1, max: 3_600 }),
    /** how long the ledger of windows is kept */
    POLLER_LEDGER_DAYS: wholeNumber({ default: 30, min: 1, max: 3_650 }),
    /** where ERPs may stand beside the Internet; link-local and cloud metadata addresses are refused in any case */
    ERP_PRIVATE_NETWORKS: networks(defaultPrivateNetworks),
    /** 0: as ERP_PRIVATE_NETWORKS=none */
    SYNCLINE_ALLOW_PRIVATE_ERP: flag(true),
  },
  (env) => ({
    port: env.POLLER_PORT,
    maxWalks: env.POLLER_MAX_WALKS,
    maxPages: env.POLLER_MAX_PAGES,
    leaseMs: env.POLLER_LEASE_SECONDS * 1000,
    ledgerDays: env.POLLER_LEDGER_DAYS,
    privateNetworks: env.SYNCLINE_ALLOW_PRIVATE_ERP ? env.ERP_PRIVATE_NETWORKS : [],
  }),
);
