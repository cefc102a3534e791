// The specs that need a distributed engine: `npm run test:engines` runs them, `npm test` does not.
import { mergeConfig } from 'vitest/config';
import shared from '../vitest.config.js';

const { test, ...rest } = shared;
const { include: _include, exclude: _exclude, ...options } = test ?? {};

export default mergeConfig(rest, {
  root: new URL('..', import.meta.url).pathname,
  test: {
    ...options,
    include: ['{packages,services,test}/*/src/**/*.engine.spec.ts'],
    // Most of the time they wait: for processes to start, for leases to end. More at once make two cores too busy for the bounds on time.
    maxWorkers: 3,
    testTimeout: 120_000,
  },
});
