import { eventually } from '@confledger/test-support';
import { expect, test } from 'vitest';
import { watchSeals } from './seal-watch.js';

test('it reads again and again, one reading at a time, tells what fails, and stops', async () => {
  let readings = 0;
  const told: unknown[] = [];
  const record = { refresh: () => ((readings += 1) === 1 ? Promise.reject(new Error('away')) : Promise.resolve()) };
  const watch = watchSeals(record, { warn: ({ err }) => void told.push(err) }, 1);
  await eventually(() => readings >= 3);
  await watch.stop();
  const stoppedAt = readings;
  expect(told).toEqual([new Error('away')]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(readings).toBe(stoppedAt);
});
