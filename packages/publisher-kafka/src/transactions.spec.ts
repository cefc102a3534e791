import { expect, test } from 'vitest';
import { batchesOf, messageBytes, RETRY, SEND_BYTES_MAX, TRANSACTION_TIMEOUT_MS } from './transactions.js';

const message = (bytes: number) => ({ key: 'k', value: 'x'.repeat(bytes) });

test('no send holds more than its limit, and the order stays', () => {
  const messages = Array.from({ length: 40 }, (_, n) => ({ ...message(100_000), partition: n }));
  const chunks = [...batchesOf(messages)];
  expect(chunks.length).toBeGreaterThan(4);
  for (const chunk of chunks) expect(chunk.reduce((sum, each) => sum + messageBytes(each), 0)).toBeLessThanOrEqual(SEND_BYTES_MAX);
  expect(chunks.flat()).toEqual(messages);
});

test('headers count too', () => {
  const headers = { ce_source: 'é', ce_time: Buffer.alloc(20), many: ['a', 'b'] };
  expect(messageBytes({ key: 'k', value: 'v', headers })).toBeGreaterThanOrEqual(
    messageBytes({ key: 'k', value: 'v' }) + 9 + 2 + 7 + 20 + 4 + 2,
  );
});

test('bytes are counted, not characters', () => {
  expect(messageBytes({ key: 'é', value: '\u{1F600}' })).toBe(messageBytes({ key: 'ab', value: 'abcd' }));
  expect([...batchesOf([message(SEND_BYTES_MAX - 100), message(1_000)])]).toHaveLength(2);
  expect([...batchesOf([])]).toEqual([]);
});

test('all tries together stay below the transaction timeout', () => {
  let sumMs = 0;
  for (let n = 0, delayMs = RETRY.initialRetryTime; n < RETRY.retries; n += 1) {
    sumMs += delayMs;
    delayMs = Math.min(delayMs * RETRY.multiplier * (1 + RETRY.factor), RETRY.maxRetryTime);
  }
  expect(sumMs).toBeLessThan(TRANSACTION_TIMEOUT_MS);
});
