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
    // Most of them wait for a timeout or a takeover: two at a time keep two cores busy. More would compete for them, and bounds on time fail.
    maxWorkers: 2,
    testTimeout: 120_000,
  },
});
