// kill -9 at random moments of a mixed load, of the process alone and of its Postgres too. Afterwards the raw log, what the clients
// were told, the read model and the node must tell one story.
import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { documentsOf, createLedgerReader } from '@confledger/application';
import { createPostgresEventStore } from '@confledger/event-store-postgres';
import { verifyReadModel } from '@confledger/read-model-postgres';
import { eventually } from '@confledger/test-support';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { checkLog, type LogRow } from './log-check.js';
import { untrueAnswers } from './answers-check.js';
import { MixedClient } from './mixed-load.js';
import { isAlive, type Standalone, startStandalone } from './standalone.js';

/** CONFLEDGER_CRASH_KILLS=50 for a long night. */
const KILLS = Number(process.env.CONFLEDGER_CRASH_KILLS ?? 4);
/** The longest time between ready and kill; the moment itself is random. */
const LIFE_MS_MAX = 1_500;
/** The reference node follows the first. */
const SERVICES = ['trading-engine', 'risk-gateway'];
const CLIENTS_PER_SERVICE = 3;
/** Commands of a client until it has sent one of each kind. */
const ONE_OF_EACH = 9;

const folder = mkdtempSync(path.join(tmpdir(), 'confledger crash '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface NodeNow {
  readonly running: { readonly version: number; readonly activation: number; readonly digest: string } | null;
  readonly upToDate: boolean | null;
}

test('after every kill -9 the log, what was acknowledged, the read model and the node tell one story', { timeout: 600_000 }, async () => {
  const data = path.join(folder, 'data');
  const postgresPids: number[] = [];
  let standalone = await startStandalone(data);
  const clients = SERVICES.flatMap((service) =>
    Array.from({ length: CLIENTS_PER_SERVICE }, (_, index) => new MixedClient(`${service}-${index}`, service, () => standalone)),
  );
  const running = Promise.all(clients.map((client) => client.run()));
  for (let kill = 1; kill <= KILLS; kill += 1) {
    postgresPids.push(standalone.postgresPid);
    await delay(Math.random() * LIFE_MS_MAX);
    if (kill % 2 === 0) process.kill(standalone.postgresPid, 'SIGKILL');
    await standalone.end('SIGKILL');
    standalone = await startStandalone(data);
  }
  // Activations among them: on a busy machine no life may have been long enough for one.
  const before = clients.map(({ acknowledged }) => acknowledged.length);
  const areServed = (): boolean =>
    clients.every(({ acknowledged }, index) => acknowledged.length >= Math.max(ONE_OF_EACH, (before[index] ?? 0) + 1));
  await eventually(areServed, { timeoutMs: 60_000 });
  for (const client of clients) client.stop();
  await running;

  try {
    expect(clients.flatMap((client) => client.strange)).toEqual([]);
    await checkStory(standalone, data, clients);
  } finally {
    const { code } = await standalone.end('SIGTERM');
    expect(code).toBe(0);
  }
  expect([...postgresPids, standalone.postgresPid].filter(isAlive)).toEqual([]);
});

async function checkStory(standalone: Standalone, data: string, clients: readonly MixedClient[]): Promise<void> {
  const status = await eventually(async () => {
    const { body } = await standalone.call('GET', '/status');
    const shown = body.data as unknown as {
      publicKey: { publicKey: string };
      readModel: { lagMs: number | null };
      parked: readonly unknown[];
    };
    return shown.readModel.lagMs === 0 ? shown : undefined;
  });
  expect(status.parked).toEqual([]);

  const connectionString = postgresOf(data);
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<LogRow>('SELECT * FROM confledger_events.events ORDER BY position');
  await client.end();
  // Postgres numbers without a gap.
  expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => String(index + 1)));
  const { problems, ledgers } = checkLog(rows, status.publicKey.publicKey);
  expect(problems).toEqual([]);

  expect(
    untrueAnswers(
      clients.flatMap((each) => each.acknowledged),
      ledgers,
    ),
  ).toEqual([]);

  expect(await discrepancies(connectionString)).toEqual([]);
  const active = ledgers.get('production.trading-engine')?.active;
  const node = await eventually(async () => {
    const { body } = await standalone.call('GET', '/nodes?service=trading-engine');
    const [item] = (body.data as unknown as { items: readonly NodeNow[] }).items;
    return item?.upToDate === true ? item : undefined;
  });
  expect(node.running).toMatchObject({ activation: active?.activation, version: active?.version, digest: active?.digest });
}

/** Where its Postgres listens: the file that Postgres keeps says the port. */
function postgresOf(data: string): string {
  const port = readFileSync(path.join(data, 'postgres/postmaster.pid'), 'utf8').split('\n')[3] ?? '';
  const password = readFileSync(path.join(data, 'postgres.password'), 'utf8').trim();
  return `postgres://confledger:${password}@127.0.0.1:${port}/confledger`;
}

async function discrepancies(connectionString: string): Promise<unknown[]> {
  const store = createPostgresEventStore({ connectionString });
  try {
    const found: unknown[] = [];
    const documentAt = documentsOf(createLedgerReader({ store }));
    const differing = verifyReadModel({ location: { connectionString }, events: store, documentAt });
    for await (const each of differing) found.push(each);
    return found;
  } finally {
    await store.close();
  }
}
