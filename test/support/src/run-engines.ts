// A Kafka and a Postgres for development on this machine, without Docker, until Ctrl-C. Run by `npm run engines`.
import { startKafka, type TestKafka } from './kafka.js';
import { startPostgres, type TestPostgres } from './postgres.js';

const stopping = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});

/** What the parts read, for one broker; see packages/docs/operations.md. */
function variables(kafka: TestKafka, postgresUrl: string): Readonly<Record<string, string>> {
  return {
    CONFLEDGER_POSTGRES_URL: postgresUrl,
    CONFLEDGER_KAFKA_BROKERS: kafka.brokers.join(','),
    CONFLEDGER_KAFKA_REPLICATION_FACTOR: '1',
    CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS: '1',
    CONFLEDGER_TEST_KAFKA_BROKERS: kafka.brokers.join(','),
  };
}

async function main(): Promise<void> {
  // What an earlier run had exported is not there any more.
  delete process.env['CONFLEDGER_TEST_KAFKA_BROKERS'];
  const started = await Promise.allSettled([startKafka(), startPostgres({ durable: true })]);
  const [kafka, postgres] = started;
  try {
    for (const each of started) if (each.status === 'rejected') throw each.reason;
    if (kafka.status === 'fulfilled' && postgres.status === 'fulfilled') await serve(kafka.value, postgres.value);
  } finally {
    for (const each of started) if (each.status === 'fulfilled') await each.value.stop();
  }
}

async function serve(kafka: TestKafka, postgres: TestPostgres): Promise<void> {
  const database = await postgres.createDatabase('confledger');
  const lines = Object.entries(variables(kafka, database)).map(([name, value]) => `export ${name}='${value}'`);
  console.log(
    `${lines.join('\n')}\n\n# What runs on them: packages/docs/operations.md, "Distributed, on one machine".\n# Kafka and Postgres run until Ctrl-C; their data goes with them.`,
  );
  // Both are started so that they do not keep a process alive by themselves.
  const staying = setInterval(() => undefined, 60_000);
  await stopping;
  clearInterval(staying);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
