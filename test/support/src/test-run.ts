// What the workers of a test run share: a Postgres, a Kafka, a Kafka that asks for TLS and a password. Each is started at the first request
// for it and ends with the run; workers ask over HTTP, because they are processes of their own.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startKafka, startSecuredKafka } from './kafka.js';
import { createDatabase, dropDatabase, startPostgres } from './postgres.js';

/** Where workers ask; set by the global setup. */
const ADDRESS_VARIABLE = 'CONFLEDGER_TEST_RUN_URL';
/** Connection string of a superuser on a running server, to be used instead of an embedded one. */
const SERVER_VARIABLE = 'CONFLEDGER_TEST_POSTGRES_URL';

interface Shared {
  /** What a worker is answered, as text. */
  answer(): Promise<string>;
  /** Ends what was started. */
  end(): Promise<void>;
}

/** Asks the test run for one of what it shares. Rejects outside vitest. */
export async function fromTestRun(what: 'database' | 'kafka' | 'secured-kafka'): Promise<string> {
  const address = process.env[ADDRESS_VARIABLE];
  if (address === undefined) throw new Error('This works under vitest only; elsewhere use startPostgres() or startKafka().');
  const response = await fetch(new URL(what, address), { method: 'POST' });
  const text = await response.text();
  if (!response.ok) throw new Error(`The test run has no ${what}: ${text}`);
  return text;
}

/** Serves `fromTestRun` for one test run, called by the global setup. Answers what ends it all. */
export async function serveTestRun(): Promise<() => Promise<void>> {
  const shared: Readonly<Record<string, Shared>> = {
    '/database': databases(),
    '/kafka': startedOnce(startKafka),
    '/secured-kafka': startedOnce(startSecuredKafka),
  };
  const server = createServer((request, response) => {
    request.resume();
    (shared[request.url ?? '']?.answer() ?? Promise.reject(new Error('it is not shared'))).then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env[ADDRESS_VARIABLE] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await Promise.all(Object.values(shared).map((each) => each.end()));
  };
}

/** One server; the answer is what JSON keeps of it. */
function startedOnce(start: () => Promise<{ stop(): Promise<void> }>): Shared {
  let started: ReturnType<typeof start> | undefined;
  return {
    answer: async () => JSON.stringify(await (started ??= start())),
    end: async () => (await started?.catch(() => undefined))?.stop(),
  };
}

/** The answer is the connection string of a new database. */
function databases(): Shared {
  const given = process.env[SERVER_VARIABLE];
  const made: string[] = [];
  let embedded: ReturnType<typeof startPostgres> | undefined;
  return {
    answer: async () => {
      const server = given ?? (await (embedded ??= startPostgres())).url;
      const url = await createDatabase(server);
      made.push(url);
      return url;
    },
    end: async () => {
      if (given !== undefined) for (const url of made) await dropDatabase(given, url);
      await (await embedded?.catch(() => undefined))?.stop();
    },
  };
}
