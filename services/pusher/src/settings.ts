import { flag, networks, portNumber, serviceSettings, wholeNumber } from '@syncline/chassis';
import { defaultPrivateNetworks } from '@syncline/erp';

/** What the pusher reads from its environment, beside what every service does. */
export const pusherSettings = serviceSettings(
  {
    PUSHER_PORT: portNumber(8703),
    /** writes that this process works on at the same time, those that wait for pace among them */
    PUSHER_MAX_IN_FLIGHT: wholeNumber({ default: 256, min: 1, max: 10_000 }),
    /** where ERPs may stand beside the Internet; link-local and cloud metadata addresses are refused in any case */
    ERP_PRIVATE_NETWORKS: networks(defaultPrivateNetworks),
    /** 0: as ERP_PRIVATE_NETWORKS=none */
    SYNCLINE_ALLOW_PRIVATE_ERP: flag(true),
  },
  (env) => ({
    port: env.PUSHER_PORT,
    maxInFlight: env.PUSHER_MAX_IN_FLIGHT,
    privateNetworks: env.SYNCLINE_ALLOW_PRIVATE_ERP ? env.ERP_PRIVATE_NETWORKS : [],
  }),
);
