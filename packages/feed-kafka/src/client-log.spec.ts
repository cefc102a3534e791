import { logLevel, type LogEntry } from 'kafkajs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clientLog, LINES_REMEMBERED_MAX, REPEAT_AFTER_MS, type KafkaLogLine } from './client-log.js';

let told: KafkaLogLine[];
let log: (entry: LogEntry) => void;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  log = clientLog((line) => told.push(line));
});
afterEach(() => void vi.useRealTimers());

function say(message: string, error?: string, level = logLevel.ERROR): void {
  log({ namespace: 'Connection', level, label: 'ERROR', log: { timestamp: '', message, ...(error === undefined ? {} : { error }) } });
}

test('a line holds who says it, and what went wrong', () => {
  say('Response Fetch', 'This server is not the leader');
  say('late', undefined, logLevel.WARN);
  expect(told).toEqual([
    { level: 'error', message: 'Connection: Response Fetch: This server is not the leader' },
    { level: 'warn', message: 'Connection: late' },
  ]);
});

test('the end of the transaction before, met by the next one, is no error', () => {
  say(
    'Response AddPartitionsToTxn',
    'The producer attempted to update a transaction while another concurrent operation on the same transaction was ongoing',
  );
  expect(told).toMatchObject([{ level: 'debug' }]);
});

test('that another writer took over is no error of the client', () => {
  say(
    'Response AddPartitionsToTxn',
    'Producer attempted an operation with an old epoch. Either there is a newer producer with the same transactionalId',
  );
  expect(told).toMatchObject([{ level: 'debug' }]);
});

test('what is said at every attempt is told once a minute', () => {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    say('refused');
    say('giving up');
  }
  expect(told.map(({ message }) => message)).toEqual(['Connection: refused', 'Connection: giving up']);
  vi.advanceTimersByTime(REPEAT_AFTER_MS);
  say('refused');
  expect(told).toHaveLength(3);
});

test('beyond the number of lines that are remembered, the one told longest ago is told again', () => {
  for (let n = 0; n <= LINES_REMEMBERED_MAX; n += 1) say(`line ${n}`);
  told = [];
  say(`line ${LINES_REMEMBERED_MAX}`);
  say('line 1');
  expect(told).toEqual([]);
  say('line 0');
  expect(told).toHaveLength(1);
});
