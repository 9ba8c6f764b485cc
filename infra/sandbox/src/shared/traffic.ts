import type { JsonObject } from '@syncline/contract';
import { optionalFlag, optionalNumber } from './fields.ts';
import { messageOf, type Log } from './log.ts';

/** What the people of one side do in the demo. */
export interface TrafficScript {
  /** Makes the first records, those of them that are not there yet. */
  seed(): void;
  /** One edit; `n` rises by one each time. */
  edit(n: number): void;
}

export interface TrafficState {
  on: boolean;
  everySeconds: number;
  /** edits since the start of this process */
  edits: number;
  maxEdits: number;
}

/** Makes modest, visible traffic: a seed, then one edit every few seconds, up to a bound. */
export class Traffic {
  private readonly script: TrafficScript;
  private readonly log: Log;
  private timer: NodeJS.Timeout | null = null;
  private state: TrafficState = { on: false, everySeconds: 4, edits: 0, maxEdits: 5000 };

  constructor(script: TrafficScript, log: Log) {
    this.script = script;
    this.log = log;
  }

  /** Applies the body of `POST /control/traffic`. */
  set(body: JsonObject): TrafficState {
    this.stop();
    this.state = {
      ...this.state,
      on: optionalFlag(body, 'on') ?? this.state.on,
      everySeconds: Math.max(0.05, optionalNumber(body, 'everySeconds') ?? this.state.everySeconds),
      maxEdits: optionalNumber(body, 'maxEdits') ?? this.state.maxEdits,
    };
    if (this.state.on) {
      this.script.seed();
      this.timer = setInterval(() => {
        this.tick();
      }, this.state.everySeconds * 1000);
    }
    return this.read();
  }

  read(): TrafficState {
    return { ...this.state };
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private tick(): void {
    if (this.state.edits >= this.state.maxEdits) {
      this.stop();
      this.state.on = false;
      return;
    }
    this.state.edits += 1;
    try {
      this.script.edit(this.state.edits);
    } catch (error) {
      this.log.warn('a demo edit failed', { error: messageOf(error) });
    }
  }
}
