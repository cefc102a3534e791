// What most specs of this folder begin with: the Kafka of the test run, and an installation for each test that is gone when the test is over.
import { sharedKafka, type SharedKafka } from '@confledger/test-support';
import { test as base } from 'vitest';
import { Installation, type InstallationOptions } from './installation.js';

interface Fixtures {
  readonly kafka: SharedKafka;
  /** Starts the test's installation, on the Kafka of the test run. */
  readonly start: (options: Omit<InstallationOptions, 'kafka'>) => Promise<Installation>;
}

export const test = base.extend<Fixtures>({
  kafka: [
    // oxlint-disable-next-line no-empty-pattern -- how a fixture that needs no other is written
    async ({}, use) => use(await sharedKafka()),
    { scope: 'file' },
  ],
  start: async ({ kafka }, use) => {
    const started: Installation[] = [];
    await use(async (options) => {
      const installation = await Installation.start({ ...options, kafka });
      started.push(installation);
      return installation;
    });
    for (const installation of started) await installation.close();
  },
});
