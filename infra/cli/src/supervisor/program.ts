import type { PortVariable } from '../installation.ts';
import type { Probe } from '../waiting.ts';

/** One process to run, and how to tell that it does its job. */
export interface Program {
  /** contract 1: console, receiver, …, NAME-2 when scaled */
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string | undefined>;
  host: string;
  port: number;
  /** moves the port; null when it was chosen among the free ones */
  portVariable: PortVariable | null;
  /** `GET /readyz`; null when `probe` asks in another way */
  readyUrl: string | null;
  probe: Probe;
  /** a start that takes longer has failed */
  readyWithinMs: number;
  /** a stop that takes longer is made by SIGKILL */
  stopWithinMs: number;
}
