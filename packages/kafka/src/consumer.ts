import { sleep, type Logger, type Part, type Readiness } from '@syncline/chassis';
import type { Topic } from '@syncline/contract';
import type { Kafka as KafkaJs } from 'kafkajs';
import { coPartitioned } from './assigner.ts';
import { clientRetry } from './client.ts';
import type { BuryMessage } from './dead-letter.ts';
import type { HandleMessage } from './delivery.ts';
import { Intake } from './intake.ts';
import { failuresTotal, finishedTotal, heldGauge, sessionsTotal } from './metrics.ts';
import type { Received } from './received.ts';
import { openSession, type Session, type SessionEvents } from './session.ts';
import { settledWithin } from './settled-within.ts';

export interface ConsumerOptions {
  groupId: string;
  topics: Topic[];
  /**
   * What waits of these is handled before what waits of the others, whose order among themselves stays: answers must not
   * stand behind a backlog of what makes new questions.
   */
  first?: readonly Topic[];
  /**
   * `key`: messages with different keys (of one topic) are handled side by side, those of one key in order.
   * `arrival`: `handle` is called in the order of arrival without waiting for the one before; the caller groups.
   */
  order: 'key' | 'arrival';
  /** handlers that run at the same time, at most */
  maxInFlight: number;
  /**
   * Resolves when the message is dealt with for good. Throws `UnreadableMessage` for one that never can be (it goes
   * to `sync.dead-letters`); after any other error the same message comes again, so repeats must be harmless.
   * The signal aborts when a stop has run out of time.
   */
  handle: HandleMessage;
  /** after how long without a sign of life the group goes on without this member; 10 s unless a test says otherwise */
  sessionTimeoutMs?: number;
}

export interface Consumer extends Part {
  ready(): Readiness;
}

interface Surroundings {
  createClient(): KafkaJs;
  fullName(topic: Topic): string;
  bury: BuryMessage;
  /** whether the group has messages left to read in these partitions */
  isBehind(groupId: string, partitions: number[]): Promise<boolean>;
  logger: Logger;
}

/**
 * A member that was killed keeps its partitions until this is over, and a restarted one waits for it, too. So it is
 * short; heartbeats go out each second whatever the handlers do, which leaves room for nine lost ones.
 */
const sessionTimeoutMs = 10_000;
const heartbeatMs = 1_000;
/** A fetch without messages returns after this long; a stop or a rebalance waits for it. */
const fetchWaitMs = 500;
const commitEveryMs = 200;
const watchEveryMs = 5_000;
const silentAfterSeconds = 15;
const stalledAfterMs = 30_000;
const noProgressAfterMs = 60_000;
/** A stop gets two seconds after its deadline. */
const closeWithinMs = 1_800;
const warnEveryMs = 1_000;
const firstBackoffMs = 200;
const maxBackoffMs = 10_000;

export function createConsumer(options: ConsumerOptions, surroundings: Surroundings): Consumer {
  return new GroupConsumer(options, surroundings);
}

class GroupConsumer implements Consumer {
  readonly name: string;
  private readonly options: ConsumerOptions;
  private readonly around: Surroundings;
  private readonly logger: Logger;
  private readonly intake: Intake;
  private readonly giveUp = new AbortController();
  private readonly closing = new AbortController();
  private loop: Promise<void> | null = null;
  private session: Session | null = null;
  private endSession: (reason: string | null) => void = () => undefined;
  private joined = false;
  private trouble = 'joining the consumer group';
  private committing: Promise<void> | null = null;
  private commitsFailSince: number | null = null;
  private aliveAt = Date.now();
  private warnedAt = 0;
  private readonly firstTry: PromiseWithResolvers<unknown> = Promise.withResolvers();

  constructor(options: ConsumerOptions, surroundings: Surroundings) {
    this.name = `kafka consumer ${options.groupId}`;
    this.options = options;
    this.around = surroundings;
    this.logger = surroundings.logger.child({ groupId: options.groupId });
    this.intake = new Intake({
      ...options,
      fullName: surroundings.fullName,
      bury: surroundings.bury,
      logger: this.logger,
      signal: this.giveUp.signal,
      onFinished: (topic) => finishedTotal.inc({ group: options.groupId, topic }),
      onFailure: (message, error, next) => this.onFailure(message, { error, ...next }),
    });
  }

  /** Returns after the first try to join; further ones go on behind `ready`. */
  async start(): Promise<void> {
    this.loop ??= this.keepSession();
    await this.firstTry.promise;
  }

  async stopIntake(deadline: AbortSignal): Promise<void> {
    this.intake.stop();
    await settledWithin(deadline, this.intake.idle()).catch(() => undefined);
    this.giveUp.abort();
    // One that is under way may have begun before the last message ended.
    await this.committing;
    await this.commit();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    await this.stopIntake(deadline);
    this.closing.abort();
    this.endSession(null);
    await this.loop;
  }

  ready(): Readiness {
    if (!this.joined) return { ready: false, reason: `${this.name}: ${this.trouble}` };
    const silentSeconds = Math.round((Date.now() - this.aliveAt) / 1_000);
    if (silentSeconds > silentAfterSeconds) {
      return { ready: false, reason: `${this.name}: Kafka has not answered for ${silentSeconds} s` };
    }
    const stillMs = Date.now() - this.intake.movedAt;
    if (this.intake.held === 0 || stillMs < noProgressAfterMs) return { ready: true };
    const seconds = Math.round(stillMs / 1_000);
    return {
      ready: false,
      reason: `${this.name}: ${this.intake.held} messages, none finished for ${seconds} s`,
    };
  }

  private async keepSession(): Promise<void> {
    for (let failures = 0; !this.closing.signal.aborted; failures += 1) {
      const startedAt = Date.now();
      const reason = await this.runSession();
      this.joined = false;
      this.trouble = reason ?? 'stopped';
      this.firstTry.resolve(null);
      if (reason === null) return;
      if (Date.now() - startedAt > stalledAfterMs) failures = 0;
      this.logger.warn('The Kafka consumer begins anew', { reason, failures });
      await sleep(Math.min(firstBackoffMs * 2 ** failures, maxBackoffMs), this.closing.signal);
    }
  }

  /** @returns why the session ended; null when it was to end */
  private async runSession(): Promise<string | null> {
    const ended = Promise.withResolvers<string | null>();
    this.endSession = ended.resolve;
    this.aliveAt = Date.now();
    this.commitsFailSince = null;
    const watch = setInterval(() => void this.watch(), watchEveryMs);
    const commits = setInterval(() => void this.commit(), commitEveryMs);
    const over = new AbortController();
    const opening = this.open(this.events(ended.resolve, over.signal));
    const reason = await Promise.race([ended.promise, opening.then(() => ended.promise, describe)]);
    over.abort();
    clearInterval(watch);
    clearInterval(commits);
    this.intake.endAll();
    this.session = null;
    // One that is still opening will be closed as well, whenever it gets so far.
    const closed = opening.then((session) => session.close(closeWithinMs));
    await settledWithin(closeWithinMs, closed).catch(() => undefined);
    return reason;
  }

  private open(events: SessionEvents): Promise<Session> {
    const { groupId, topics, sessionTimeoutMs: timeoutMs = sessionTimeoutMs } = this.options;
    return openSession({
      client: this.around.createClient(),
      topics: topics.map((topic) => this.around.fullName(topic)),
      events,
      config: {
        groupId,
        partitionAssigners: [coPartitioned(() => this.intake.owned())],
        sessionTimeout: timeoutMs,
        rebalanceTimeout: timeoutMs,
        heartbeatInterval: Math.min(heartbeatMs, timeoutMs / 3),
        maxWaitTimeInMs: fetchWaitMs,
        allowAutoTopicCreation: false,
        retry: { ...clientRetry, restartOnFailure: () => Promise.resolve(false) },
      },
    });
  }

  /** @param over aborts when the session was given up: one that joins only then must change nothing any more */
  private events(crashed: (reason: string) => void, over: AbortSignal): SessionEvents {
    return {
      joined: (session, assignment) => {
        if (over.aborted) return;
        if (this.session !== session) sessionsTotal.inc({ group: this.options.groupId });
        this.session = session;
        this.intake.assign(session, assignment);
        this.joined = true;
        this.aliveAt = Date.now();
        this.firstTry.resolve(null);
      },
      rebalancing: () => void this.commit(),
      batch: (session, batch) => this.intake.take(session, batch),
      alive: () => {
        if (over.aborted) return;
        this.aliveAt = Date.now();
      },
      crashed,
    };
  }

  /** When a store is away every message fails; one line a second says it as well as a thousand. */
  private onFailure({ topic, partition, offset }: Received, failure: Record<string, unknown>): void {
    failuresTotal.inc({ group: this.options.groupId, topic });
    const level = Date.now() - this.warnedAt < warnEveryMs ? 'debug' : 'warn';
    if (level === 'warn') this.warnedAt = Date.now();
    this.logger[level]('A message will be handled again', { topic, partition, offset, ...failure });
  }

  private commit(): Promise<void> {
    heldGauge.set({ group: this.options.groupId }, this.intake.held);
    this.committing ??= this.commitOnce().finally(() => {
      this.committing = null;
    });
    return this.committing;
  }

  private async commitOnce(): Promise<void> {
    const commits = this.intake.commits();
    if (commits.length === 0) {
      this.commitsFailSince = null;
      return;
    }
    try {
      await settledWithin(sessionTimeoutMs, this.session?.commit(commits) ?? Promise.resolve());
      for (const { work, offset } of commits) work.committed = offset;
      this.commitsFailSince = null;
    } catch (error) {
      // Usual in a rebalance and while the broker is away: the next round tries again.
      this.commitsFailSince ??= Date.now();
      this.logger.debug('Offsets were not committed', { error });
    }
  }

  private async watch(): Promise<void> {
    const now = Date.now();
    if (now - this.aliveAt > stalledAfterMs) this.endSession('the fetch loop stands still');
    if (this.commitsFailSince !== null && now - this.commitsFailSince > stalledAfterMs) {
      this.endSession('offsets cannot be committed');
    }
    if (this.intake.held > 0 || now - this.intake.movedAt < noProgressAfterMs) return;
    this.intake.movedAt = now; // one look a minute
    const behind = await this.around.isBehind(this.options.groupId, this.intake.owned()).catch(() => false);
    if (behind && this.intake.held === 0 && this.intake.movedAt === now) {
      this.endSession('there are messages and none arrives');
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
