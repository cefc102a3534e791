// The api with the HTTP feed on a durable Postgres, put together as the embedded mode does, without projector and node:
// what a command costs by itself. Started by the command and the fan-out benchmarks.
import {
  activeByName,
  Authentication,
  createEnvironments,
  createLedgers,
  defineFirstEnvironments,
  ensureInstallation,
  LogGuard,
  runRelay,
} from '@confledger/application';
import { InMemoryApiHeartbeats, InMemoryInheritanceBlocks, InMemoryReadModel } from '@confledger/application/testing';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createApi, environmentFacts, keyFilesOf, makeKeys, StatementChoice } from '@confledger/api';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { createHttpFeed } from '@confledger/publisher-http';
import { createSchemaJudge } from '@confledger/schemas-ajv';
import pino from 'pino';
import { ready } from './lifecycle.js';

const connectionString = process.env['BENCH_POSTGRES_URL'] ?? '';
const token = 'bench';
const directory = mkdtempSync(path.join(tmpdir(), 'confledger-bench-'));
const clock = { now: () => Date.now() };
const ids = { next: () => randomUUID() };
const signer = makeKeys(keyFilesOf(directory));
await migrateEventStore({ connectionString });
const store = createPostgresEventStore({ connectionString, wakesOthers: false });
const record = await ensureInstallation({ store, signer, ids, clock });
const installation = record.id;
const reports = { put: () => Promise.resolve(), forget: () => Promise.resolve(), list: () => Promise.resolve([]) };
const heartbeats = new InMemoryApiHeartbeats(clock);
const statements = new StatementChoice({ reports, heartbeats, record, clock, isForced: false });
const authentication = new Authentication({ authority: signer, seals: record });
const defining = { store, clock, ids, signer, authentication };
await defineFirstEnvironments(defining, { names: [], existedBefore: false });
const environments = createEnvironments({ ...defining, ...environmentFacts({ statements, heartbeats, unseenApisRuledOut: true }) });
const judge = createSchemaJudge();
const ledgers = createLedgers({ store, clock, ids, signer, judge, statementFor: statements.factFor, environments: environments.facts });
let position = await store.lastPosition();
const feed = createHttpFeed({ installation, load: (ledger) => activeByName(ledgers, ledger), position: () => position });
const stopping = new AbortController();
const relay = runRelay(
  { events: store, ledgers, publisher: feed, onEvent: (event) => void (position = 'position' in event ? event.position : position) },
  stopping.signal,
);
const { app } = await createApi({
  ledgers,
  readModel: new InMemoryReadModel(),
  reports,
  statements,
  heartbeats,
  inheritance: null,
  inheritanceBlocks: new InMemoryInheritanceBlocks(),
  eventStore: store,
  logGuard: new LogGuard(),
  feed,
  feedPosition: null,
  tokens: [{ actor: 'bench', roles: ['admin'], sha256: createHash('sha256').update(token).digest('hex') }],
  openOperations: [],
  environments,
  installation,
  signerPublicKey: signer,
  authority: signer,
  installationRecord: record,
  logger: pino({ level: 'error' }, pino.destination(2)),
  clock,
  version: 'bench',
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
ready({ url, token, publicKey: signer.publicKey }, async () => {
  stopping.abort();
  await app.close();
  await relay;
  await judge.close();
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});
