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
    // One at a time: two at once saturate two cores, and bounds on time fail that have nothing to do with the product.
    maxWorkers: 1,
    testTimeout: 120_000,
  },
});
