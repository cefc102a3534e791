// One configuration for every spec; the suffix says the cost (.spec, .int.spec, .e2e.spec, .sim.spec).
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './infra/scripts/longest-first.mjs';
import { transformCache } from './infra/scripts/transform-cache.mjs';

export default defineConfig({
  resolve: { conditions: ['@confledger/source', 'module', 'node'] },
  ssr: { resolve: { conditions: ['@confledger/source', 'node'] } },
  test: {
    include: [
      'packages/*/src/**/*.spec.ts',
      'services/*/src/**/*.spec.ts',
      'test/{bench,conformance,doubles,support,e2e}/src/**/*.spec.ts',
    ],
    // Those need engines that npm test does not start: infra/vitest.engines.config.ts.
    exclude: [...configDefaults.exclude, '**/*.engine.spec.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Many specs wait for processes and for time-outs: so many keep two cores busy.
    maxWorkers: 5,
    pool: 'forks',
    // A worker loads each module once, not once per file: a quarter less processor time.
    isolate: false,
    // A run translates only what changed since the last one.
    experimental: { fsModuleCache: true, fsModuleCachePath: transformCache() },
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/src/vitest-global-setup.ts'],
  },
});
