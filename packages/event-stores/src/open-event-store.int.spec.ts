// The choice of an event store, how a start waits for it, and how it is refused. What the stores do is held by the suites of their own packages.
import { randomUUID } from 'node:crypto';
import { EventStoreUnavailable, LogInDoubt, type LogMark } from '@confledger/application';
import { eventStoreDbDouble } from '@confledger/doubles';
import { connectClient, endClient } from '@confledger/postgres';
import { StartRefused, type EventStoreChoice } from '@confledger/process';
import { eventually, freshDatabase, tcpProxy, throughProxy } from '@confledger/test-support';
import { afterAll, afterEach, expect, test } from 'vitest';
import { awaitLog, openEventStore, openEventStoreNow } from './index.js';

const lines: string[] = [];
const write = (details: object, message: string): void => void lines.push(`${JSON.stringify(details)} ${message}`);
const logger = { info: write, warn: write, error: write };
const double = await eventStoreDbDouble();
afterAll(() => double.close());
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  lines.length = 0;
});

const url = double.connectionString.replace('//', '//admin:hush@');
const event = () => ({ id: randomUUID(), type: 'InstallationCreated', data: '{}', metadata: '{}' });

/** Waits for a store's log; `waited` holds what it waited for. */
async function waiting(choice: EventStoreChoice) {
  const opened = await openEventStore(choice, { part: 'api', logger });
  const stop = new AbortController();
  const waited: string[] = [];
  const open = awaitLog({
    opening: opened.opening,
    installation: async () => ({ installation: 'installation-1' }),
    signal: stop.signal,
    warnings: logger,
    onWaiting: (problem) => waited.push(problem),
  });
  open.catch(() => undefined);
  closers.push(async () => {
    stop.abort();
    await open.catch(() => undefined);
    await opened.store.close();
  });
  return { ...opened, open, waited, stop };
}

test('EventStoreDB is opened with the namespace of the installation', async () => {
  const store = await openEventStoreNow({ kind: 'eventstoredb', url, namespace: 'desk-7' }, { part: 'api', logger });
  await store.append('installation', -1, [event()]);
  await store.close();
  expect(double.log.events.map(({ stream }) => stream)).toContain('desk-7.installation');
});

test.each([
  ['CONFLEDGER_EVENTSTORE_URL', { kind: 'eventstoredb', url: 'esdb://admin:hush@h:1:2?tls=false', namespace: 'confledger' }],
  ['CONFLEDGER_POSTGRES_URL', { kind: 'postgres', url: 'postgres://user:hush@127.0.0.1:1/x' }],
] as const)(
  'a store that cannot be used ends a start that does not wait with %s and without a credential (%#)',
  async (variable, choice) => {
    const refused: unknown = await (async () => openEventStoreNow(choice, { part: 'api', logger }))().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartRefused);
    expect(String(refused)).toContain(`StartRefused: ${variable}: `);
    expect(String(refused)).not.toContain('hush');
  },
);

test('a login that neither finds the tables nor may make them ends the start with the remedy', async () => {
  const database = await freshDatabase();
  const admin = await connectClient({ connectionString: database });
  const role = `o${randomUUID().replaceAll('-', '')}`;
  await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'hush-hush-hush-hush'`);
  await endClient(admin);
  const at = new URL(database);
  at.username = role;
  at.password = 'hush-hush-hush-hush';
  const choice = { kind: 'postgres', url: at.href } as const;
  const refused = await openEventStoreNow(choice, { part: 'projector', logger }).catch(String);
  expect(refused).toMatch(
    new RegExp(
      `^StartRefused: CONFLEDGER_POSTGRES_URL: there is no schema confledger_events in .*${role} may not make it: run migrate of release`,
    ),
  );
  expect(refused).not.toContain('hush');
});

test('a server that refuses the user ends also a start that waits', async () => {
  const strict = await eventStoreDbDouble();
  closers.push(() => strict.close());
  strict.faults.denyAccess = true;
  const { open, waited } = await waiting({
    kind: 'eventstoredb',
    url: strict.connectionString.replace('//', '//admin:hush@'),
    namespace: 'confledger',
  });
  await expect(open).rejects.toThrow(/^CONFLEDGER_EVENTSTORE_URL: .*Correct the address, the user or the password\.$/);
  expect(waited).toEqual([]);
});

test('a start waits for EventStoreDB, says so, serves nothing meanwhile, and goes on when it is there', async () => {
  const later = await eventStoreDbDouble();
  closers.push(() => later.close());
  later.shutdown();
  const { store, open, waited } = await waiting({
    kind: 'eventstoredb',
    url: later.connectionString.replace('//', '//admin:hush@'),
    namespace: 'confledger',
  });
  await eventually(() => waited.length > 0);
  await expect(store.lastPosition()).rejects.toThrow(EventStoreUnavailable);
  await later.restart();
  expect(await open).toEqual({ installation: 'installation-1' });
  expect(await store.append('installation', -1, [event()])).toMatchObject({ outcome: 'appended' });
  expect([...waited, ...lines].join()).not.toContain('hush');
});

test('a start waits for Postgres, lays its tables out, and goes on when it is there', async () => {
  const database = await freshDatabase();
  const { hostname, port } = new URL(database);
  const proxy = await tcpProxy({ host: hostname, port: Number(port) });
  closers.push(() => proxy.close());
  proxy.shut();
  const { store, open, waited } = await waiting({ kind: 'postgres', url: throughProxy(database, proxy) });
  await eventually(() => waited.some((problem) => problem.startsWith('CONFLEDGER_POSTGRES_URL: ')));
  proxy.open();
  await open;
  expect(await store.append('installation', -1, [event()])).toMatchObject({ outcome: 'appended' });
});

test('a wait ends with its signal', async () => {
  const { open, stop, waited } = await waiting({ kind: 'eventstoredb', url: 'esdb://127.0.0.1:1?tls=false', namespace: 'confledger' });
  await eventually(() => waited.length > 0);
  stop.abort(new Error('stopped'));
  await expect(open).rejects.toThrow('stopped');
});

const mark: LogMark = { installation: 'installation-1', stream: 'config-production.engine', revision: 3, id: randomUUID() };

test('a database that does not hold the mark is left as it is: no table is made in it', async () => {
  const database = await freshDatabase();
  const { store, opening } = await openEventStore({ kind: 'postgres', url: database }, { part: 'api', logger, mark });
  closers.push(() => store.close());
  await opening.connect();
  await expect(opening.store.checkLog?.()).rejects.toThrow(LogInDoubt);
  await expect(opening.store.append('installation', -1, [event()])).rejects.toThrow(LogInDoubt);
  expect(lines.filter((line) => line.includes('does not hold an event'))).toHaveLength(1);
  const client = await connectClient({ connectionString: database });
  const { rows } = await client.query<{ made: string | null }>(`SELECT to_regnamespace('confledger_events') AS made`);
  await endClient(client);
  expect(rows).toEqual([{ made: null }]);
});
