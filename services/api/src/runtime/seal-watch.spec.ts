import { InstallationKeyMismatch } from '@confledger/application';
import { eventually } from '@confledger/test-support';
import { expect, test, vi } from 'vitest';
import { watchSeals } from './seal-watch.js';

const unexpected = (error: unknown): never => {
  throw error;
};

test('a replaced key is reported once as what ends the process, and nothing is read any more', async () => {
  let readings = 0;
  const faults: unknown[] = [];
  const replaced = new InstallationKeyMismatch('fingerprint key', 'another mac key');
  const record = {
    refresh: () => {
      readings += 1;
      return Promise.reject(replaced);
    },
  };
  vi.useFakeTimers();
  const watch = watchSeals(record, { warnings: { warn: unexpected }, onFault: (error) => void faults.push(error), intervalMs: 1 });
  await vi.advanceTimersByTimeAsync(10);
  await watch.stop();
  vi.useRealTimers();
  expect([faults, readings]).toEqual([[replaced], 1]);
});

test('it reads again and again, one reading at a time, tells what fails, and stops', async () => {
  let readings = 0;
  const told: unknown[] = [];
  const record = { refresh: () => ((readings += 1) === 1 ? Promise.reject(new Error('away')) : Promise.resolve()) };
  const watch = watchSeals(record, { warnings: { warn: ({ err }) => void told.push(err) }, onFault: unexpected, intervalMs: 1 });
  await eventually(() => readings >= 3);
  await watch.stop();
  const stoppedAt = readings;
  expect(told).toEqual([new Error('away')]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(readings).toBe(stoppedAt);
});
