import type { Env, Installation } from '../installation.ts';
import type { Output } from '../output.ts';

/** What every command is given. */
export interface Context {
  env: Env;
  installation: Installation;
  output: Output;
}
