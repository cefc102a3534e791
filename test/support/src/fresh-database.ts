// A database of its own for each spec file, on the one Postgres that a test run shares. Started at the first request.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDatabase, dropDatabase, startPostgres, type TestPostgres } from './postgres.js';

/** Where workers find the test run's Postgres; set by the global setup. */
const BROKER_VARIABLE = 'CONFLEDGER_TEST_POSTGRES_BROKER';
/** Connection string of a superuser on a running server, to be used instead of an embedded one. */
const SERVER_VARIABLE = 'CONFLEDGER_TEST_POSTGRES_URL';

/** Answers the connection string of a new, empty database. Goes with the test run. */
export async function freshDatabase(): Promise<string> {
  const broker = process.env[BROKER_VARIABLE];
  if (broker === undefined) throw new Error('freshDatabase() works under vitest only; elsewhere use startPostgres().');
  const response = await fetch(broker, { method: 'POST' });
  const text = await response.text();
  if (!response.ok) throw new Error(`No test database: ${text}`);
  return text;
}

/** Serves `freshDatabase` for one test run, called by the global setup. Answers what ends it all. */
export async function serveFreshDatabases(): Promise<() => Promise<void>> {
  const given = process.env[SERVER_VARIABLE];
  const made: string[] = [];
  let embedded: Promise<TestPostgres> | undefined;
  const make = async (): Promise<string> => {
    const server = given ?? (await (embedded ??= startPostgres())).url;
    const url = await createDatabase(server);
    made.push(url);
    return url;
  };
  const broker = createServer((request, response) => {
    request.resume();
    make().then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  process.env[BROKER_VARIABLE] = `http://127.0.0.1:${(broker.address() as AddressInfo).port}/`;
  return async () => {
    broker.closeAllConnections();
    await new Promise((resolve) => broker.close(resolve));
    if (given !== undefined) for (const url of made) await dropDatabase(given, url);
    await (await embedded?.catch(() => undefined))?.stop();
  };
}
