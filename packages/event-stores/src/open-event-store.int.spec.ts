// The choice of an event store and how a start is refused. What the stores do is held by the suites of their own packages.
import { eventStoreDbDouble } from '@confledger/doubles';
import { StartRefused } from '@confledger/process';
import { afterAll, expect, test } from 'vitest';
import { openEventStore } from './index.js';

const logger = { warn: () => undefined };
const double = await eventStoreDbDouble();
afterAll(() => double.close());

const url = double.connectionString.replace('//', '//admin:hush@');

test('EventStoreDB is opened with the namespace of the installation', async () => {
  const store = await openEventStore({ kind: 'eventstoredb', url, namespace: 'desk-7' }, logger);
  await store.append('installation', -1, [
    { id: '3e2c8a9e-3f0b-5c50-9a55-0d1d1f6f6c01', type: 'InstallationCreated', data: '{}', metadata: '{}' },
  ]);
  await store.close();
  expect(double.log.events.map(({ stream }) => stream)).toContain('desk-7.installation');
});

test.each([
  ['CONFLEDGER_EVENTSTORE_URL', { kind: 'eventstoredb', url: 'esdb://admin:hush@127.0.0.1:1?tls=false', namespace: 'confledger' }],
  ['CONFLEDGER_EVENTSTORE_URL', { kind: 'eventstoredb', url: 'esdb://admin:hush@h:1:2?tls=false', namespace: 'confledger' }],
  ['CONFLEDGER_POSTGRES_URL', { kind: 'postgres', url: 'postgres://user:hush@127.0.0.1:1/x' }],
] as const)('a store that cannot be used ends the start with %s and without a credential (%#)', async (variable, choice) => {
  const refused: unknown = await openEventStore(choice, logger).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StartRefused);
  expect(String(refused)).toContain(`StartRefused: ${variable}: `);
  expect(String(refused)).not.toContain('hush');
});
