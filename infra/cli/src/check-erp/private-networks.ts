import { flag, loadSettings, networks } from '@syncline/chassis';
import { defaultPrivateNetworks } from '@syncline/erp';
import { z } from 'zod';
import type { Env } from '../installation.ts';

const settings = z
  .object({ ERP_PRIVATE_NETWORKS: networks(defaultPrivateNetworks), SYNCLINE_ALLOW_PRIVATE_ERP: flag(true) })
  .transform((env) => (env.SYNCLINE_ALLOW_PRIVATE_ERP ? env.ERP_PRIVATE_NETWORKS : []));

/** Where ERPs may stand beside the Internet, as pusher and poller read it. */
export function privateNetworksIn(env: Env): string[] {
  return loadSettings(settings, env);
}
