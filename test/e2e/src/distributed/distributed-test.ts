// What most specs of this folder begin with: one Kafka for the file, and an installation for each test that is gone when the test is over.
import { startKafka, type TestKafka } from '@confledger/test-support';
import { test as base } from 'vitest';
import { Installation, type InstallationOptions } from './installation.js';

interface Fixtures {
  readonly kafka: TestKafka;
  /** Starts the test's installation, on the file's Kafka. */
  readonly start: (options: Omit<InstallationOptions, 'kafka'>) => Promise<Installation>;
}

export const test = base.extend<Fixtures>({
  kafka: [
    // oxlint-disable-next-line no-empty-pattern -- how a fixture that needs no other is written
    async ({}, use) => {
      const kafka = await startKafka();
      await use(kafka);
      await kafka.stop();
    },
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
