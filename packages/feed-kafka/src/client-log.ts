// The Kafka client's log lines, in words and at levels that people can use.
import kafkajs, { type LogEntry } from 'kafkajs';

// Node finds no named exports in this CommonJS module.
const { logLevel } = kafkajs;

export interface KafkaLogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly message: string;
}

/** A client without a connection logs the same at every attempt: a line is repeated after this long at the earliest. */
export const REPEAT_AFTER_MS = 60_000;
/** How many lines are remembered for that. */
export const LINES_REMEMBERED_MAX = 100;

/** For kafkajs's `logCreator`. */
export function clientLog(write: (line: KafkaLogLine) => void): (entry: LogEntry) => void {
  const toldAtMs = new Map<string, number>();
  return (entry) => {
    const message = `${entry.namespace}: ${textOf(entry)}`;
    const nowMs = performance.now();
    if (nowMs - (toldAtMs.get(message) ?? Number.NEGATIVE_INFINITY) < REPEAT_AFTER_MS) return;
    // The order of a map is that of first entry: the one that was written longest ago is the first.
    toldAtMs.delete(message);
    toldAtMs.set(message, nowMs);
    if (toldAtMs.size > LINES_REMEMBERED_MAX) toldAtMs.delete([...toldAtMs.keys()][0] ?? '');
    write({ level: levelOf(entry), message });
  };
}

function textOf({ log: { message, error } }: LogEntry): string {
  return typeof error === 'string' ? `${message}: ${error}` : message;
}

/**
 * No errors: a transaction begun right behind another that meets its end on the way (CONCURRENT_TRANSACTIONS) is an everyday retry, and
 * a writer that was replaced (INVALID_PRODUCER_EPOCH) is told by its publisher.
 */
const EVERYDAY: readonly string[] = ['another concurrent operation on the same transaction', 'an operation with an old epoch'];

function levelOf(entry: LogEntry): KafkaLogLine['level'] {
  const text = textOf(entry);
  if (EVERYDAY.some((each) => text.includes(each))) return 'debug';
  if (entry.level === logLevel.ERROR) return 'error';
  if (entry.level === logLevel.WARN) return 'warn';
  return entry.level === logLevel.INFO ? 'info' : 'debug';
}
