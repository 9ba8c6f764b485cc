import type { Logger } from '@syncline/chassis';

/** What a broker or TLS itself says, and the settings that are to be looked at. */
const problems: readonly [RegExp, string][] = [
  [
    /SASL \S+ authentication failed|Unsupported SASL mechanism|not support.*SASL/i,
    'the broker refuses the user: correct KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM',
  ],
  [
    /unable to (verify|get).*certificate|self.signed certificate|certificate (has expired|is not yet valid)/i,
    "the broker's certificate is not trusted: KAFKA_SSL_CA has to name the PEM file of the authority that signed it",
  ],
  [
    /alert (bad certificate|certificate required|unknown ca|certificate unknown)/i,
    'the broker wants another certificate of this client: correct KAFKA_SSL_CERT and KAFKA_SSL_KEY',
  ],
  [
    /does not match certificate/i,
    "KAFKA_BROKERS, or what the broker advertises, has a name that is not in the broker's certificate",
  ],
  [/wrong version number/i, 'KAFKA_SSL is 1, and the broker speaks no TLS at that port'],
];

const sayEveryMs = 60_000;
const saidAt = new WeakMap<Logger, Map<string, number>>();

/**
 * Says which setting is wrong, where a message of the client shows it: once a minute, as every producer and consumer
 * meets it again and again. A broker that is away is no such thing.
 */
export function explainRefusal(message: string, broker: unknown, logger: Logger): void {
  const advice = problems.find(([pattern]) => pattern.test(message))?.[1];
  if (advice === undefined) return;
  const said = saidAt.get(logger) ?? new Map<string, number>();
  saidAt.set(logger, said);
  const now = performance.now();
  if (now - (said.get(advice) ?? -Infinity) < sayEveryMs) return;
  said.set(advice, now);
  logger.error(`Kafka cannot be reached: ${advice}`, { broker, reason: message });
}
