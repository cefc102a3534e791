// Migrate where one login owned everything before, where roles were made by hand, and where it must refuse.
import { randomBytes } from 'node:crypto';
import { keptDocumentsOf, LogFolder, readLog, type EventStore, type ProjectionStore } from '@confledger/application';
import { contentsOf, LedgerLog } from '@confledger/conformance';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { createPool } from '@confledger/postgres';
import {
  createPostgresCache,
  createPostgresProjections,
  createPostgresReadModel,
  ensureProjections,
  ensureReadModel,
  migrateReadModel,
  rebuildReadModel,
} from '@confledger/read-model-postgres';
import { freshDatabase } from '@confledger/test-support';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrateAll, type MigrateOptions } from './index.js';

const ENGINE = 'production.trading-engine';
const PASSWORD = randomBytes(16).toString('hex');
const passwords = { api: PASSWORD, projector: PASSWORD, relay: PASSWORD };

let superuser: string;
let namespace: string;
let lines: string[];
let cleaners: (() => Promise<unknown>)[];

beforeEach(async () => {
  superuser = await freshDatabase();
  namespace = `u${randomBytes(6).toString('hex')}`;
  lines = [];
  cleaners = [];
});
afterEach(async () => {
  for (const clean of cleaners.toReversed()) await clean();
});

function urlOf(user: string, database = superuser): string {
  const url = new URL(database);
  url.username = `${namespace}_${user}`;
  url.password = PASSWORD;
  return url.href;
}

async function asSuperuser(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: superuser });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const ownerWith = (attributes: string): Promise<void> =>
  asSuperuser(
    `CREATE ROLE ${namespace}_owner LOGIN ${attributes} PASSWORD '${PASSWORD}'`,
    `ALTER DATABASE ${new URL(superuser).pathname.slice(1)} OWNER TO ${namespace}_owner`,
  );

function migrated(url = urlOf('owner'), more: Partial<MigrateOptions> = {}): Promise<unknown> {
  const address = { variable: 'CONFLEDGER_MIGRATION_URL', url };
  const logger = { info: (details: object, message: string) => void lines.push(`${JSON.stringify(details)} ${message}`) };
  return migrateAll({ events: address, readModel: address, namespace, passwords, logger, ...more });
}

const closed = <T extends { close(): Promise<unknown> }>(part: T): T => {
  cleaners.push(() => part.close());
  return part;
};

async function project(events: EventStore, store: ProjectionStore): Promise<'committed' | 'superseded'> {
  const { position } = await store.checkpoint();
  const folder = new LogFolder({ store, documentAt: () => Promise.resolve(null), at: position });
  let outcome: 'committed' | 'superseded' = 'committed';
  for await (const page of readLog(events, position, 100)) outcome = await folder.take(page);
  return outcome;
}

/** Everything laid out, written and projected by one login, as releases before roles did it. */
async function installationOfOneOwner(): Promise<{ readonly log: LedgerLog; readonly events: EventStore; readonly old: ProjectionStore }> {
  const location = { connectionString: urlOf('owner') };
  await migrateEventStore(location);
  await migrateReadModel(location);
  const events = closed(createPostgresEventStore(location));
  const log = new LedgerLog();
  log.change(ENGINE, { 'risk.max': 1 });
  await log.appendTo(events);
  const old = await closed(createPostgresProjections(location)).store();
  await project(events, old);
  return { log, events, old };
}

test('Tables of one owner are handed over while old parts go on, and the new roles go on from there', async () => {
  await ownerWith('CREATEROLE');
  const { log, events, old } = await installationOfOneOwner();
  const oldReadModel = closed(createPostgresReadModel({ connectionString: urlOf('owner') }));
  const before = await contentsOf(oldReadModel, old);
  await migrated();
  expect(lines.join('\n')).toContain('"confledger.ledgers"');

  // A projector and an api that were started before go on as the owner.
  log.change(ENGINE, { 'risk.max': 2 });
  await log.appendTo(events, log.stored.length - 1);
  expect(await project(events, old)).toBe('committed');
  expect(await oldReadModel.position()).toBe(log.stored.at(-1)?.position);

  const location = { connectionString: urlOf('projector') };
  expect(await ensureProjections(location)).toEqual({ isOwner: false, layout: 'current' });
  const own = await closed(createPostgresProjections(location)).store();
  const readModel = closed(createPostgresReadModel({ connectionString: urlOf('api') }));
  expect(await contentsOf(readModel, own)).not.toEqual(before);
  const after = await contentsOf(readModel, own);
  const pool = createPool(location);
  cleaners.push(() => pool.end());
  const documentAt = keptDocumentsOf({ store: events, cache: createPostgresCache(pool, { part: 'projector', events }) });
  await rebuildReadModel({ location, events, documentAt });
  const rebuilt = await closed(createPostgresProjections(location)).store();
  expect(await contentsOf(readModel, rebuilt)).toEqual(after);
});

test('What everybody or the readers had been granted before is taken away', async () => {
  await ownerWith('CREATEROLE');
  await asSuperuser(`CREATE ROLE ${namespace}_reader NOLOGIN`, `GRANT ${namespace}_reader TO ${namespace}_owner WITH ADMIN OPTION`);
  const owner = new pg.Client({ connectionString: urlOf('owner') });
  await owner.connect();
  await owner.query(`ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO ${namespace}_reader`);
  await owner.query(`ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${namespace}_reader`);
  await installationOfOneOwner();
  await owner.query('GRANT ALL ON confledger_events.events, confledger.snapshots, confledger_read_1.items TO PUBLIC');
  await migrated();
  const { rows } = await owner.query<{ table: string }>(
    `SELECT c.oid::regclass::text AS table FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE starts_with(nspname, 'confledger') AND relkind = 'r' AND has_table_privilege($1, c.oid, 'SELECT')`,
    [`${namespace}_reader`],
  );
  await owner.end();
  expect(rows).toEqual([]);
});

test('An owner that may not make roles is refused with both remedies, and content with roles that are there', async () => {
  await ownerWith('NOCREATEROLE');
  const refused = await migrated().catch(String);
  expect(refused).toMatch(
    /^StartRefused: CONFLEDGER_MIGRATION_URL: the user u\w+_owner may not make or change the role .*CREATEROLE.*10-roles\.sql/,
  );
  expect(refused).not.toContain(PASSWORD);
  await asSuperuser(
    ...['api', 'projector', 'relay'].map((part) => `CREATE ROLE ${namespace}_${part} LOGIN PASSWORD '${PASSWORD}'`),
    `CREATE ROLE ${namespace}_reader NOLOGIN`,
    `GRANT ${namespace}_projector TO ${namespace}_owner`,
  );
  await migrated(urlOf('owner'), { passwords: {} });
  expect(await ensureReadModel({ connectionString: urlOf('api') })).toEqual({ isOwner: false });
  expect(await ensureProjections({ connectionString: urlOf('projector') })).toEqual({ isOwner: false, layout: 'current' });
});

test.for([
  ['SUPERUSER', 'it is a superuser'],
  ['CREATEROLE', 'it has attributes that a part must not have'],
])('A role that is there with %s is refused by name', async ([attribute, why]) => {
  await asSuperuser(`CREATE ROLE ${namespace}_relay LOGIN ${attribute}`);
  await expect(migrated(superuser)).rejects.toThrow(`the role ${namespace}_relay cannot be a part's: ${why}`);
});

test('A role that is a member of another one of the installation is refused by name', async () => {
  await asSuperuser(`CREATE ROLE ${namespace}_projector`, `CREATE ROLE ${namespace}_api LOGIN IN ROLE ${namespace}_projector`);
  await expect(migrated(superuser)).rejects.toThrow(
    `the role ${namespace}_api cannot be a part's: it is a member of ${namespace}_projector`,
  );
});

test.for(['pg_write_all_data', 'pg_read_all_data', 'pg_write_server_files', 'pg_execute_server_program'])(
  'A role that is a member of %s, also by way of another role, is refused by name and told what to do',
  async (powerful) => {
    await asSuperuser(`CREATE ROLE ${namespace}_team IN ROLE ${powerful}`, `CREATE ROLE ${namespace}_api LOGIN IN ROLE ${namespace}_team`);
    await expect(migrated(superuser)).rejects.toThrow(
      `the role ${namespace}_api cannot be a part's: it is a member of ${powerful}. Take that away from it (REVOKE`,
    );
  },
);

test('A role that is a member of an owner, or of one that may make roles, is refused by name; other memberships are left alone', async () => {
  await ownerWith('CREATEROLE');
  await asSuperuser(`CREATE ROLE ${namespace}_other`, `CREATE ROLE ${namespace}_api LOGIN IN ROLE pg_monitor, ${namespace}_other`);
  const events = { variable: 'CONFLEDGER_MIGRATION_URL', url: superuser };
  const byAnother = () => migrated(superuser, { events });
  await byAnother();
  const isRefused = async (why: string): Promise<void> => {
    await expect(byAnother()).rejects.toThrow(`the role ${namespace}_api cannot be a part's: it is a member of ${why}`);
  };
  await asSuperuser(`CREATE SCHEMA theirs AUTHORIZATION ${namespace}_other`);
  await isRefused(`${namespace}_other, which owns the database or what is in it.`);
  await asSuperuser('DROP SCHEMA theirs', `ALTER ROLE ${namespace}_other CREATEROLE`);
  await isRefused(`${namespace}_other.`);
  await asSuperuser(`REVOKE ${namespace}_other FROM ${namespace}_api`, `GRANT ${namespace}_owner TO ${namespace}_api`);
  await isRefused(`${namespace}_owner, which owns`);
  await asSuperuser(`REVOKE ${namespace}_owner FROM ${namespace}_api`);
  await asSuperuser(`ALTER DATABASE ${new URL(superuser).pathname.slice(1)} OWNER TO ${namespace}_api`);
  await expect(byAnother()).rejects.toThrow(`the role ${namespace}_api cannot be a part's: it owns the database`);
});

test('A database of another user is refused with the statement that mends it', async () => {
  await ownerWith('CREATEROLE');
  const database = new URL(superuser).pathname.slice(1);
  await asSuperuser(`ALTER DATABASE ${database} OWNER TO CURRENT_USER`, `GRANT CREATE ON DATABASE ${database} TO ${namespace}_owner`);
  await expect(migrated()).rejects.toThrow(`GRANT CONNECT, CREATE ON DATABASE "${database}" TO "${namespace}_projector"`);
});

test('A start before migrate is refused with the remedy, and works behind it', async () => {
  await ownerWith('CREATEROLE');
  await asSuperuser(
    `CREATE ROLE ${namespace}_api LOGIN PASSWORD '${PASSWORD}'`,
    `GRANT ${namespace}_api TO ${namespace}_owner WITH ADMIN OPTION`,
  );
  await expect(ensureReadModel({ connectionString: urlOf('api') })).rejects.toThrow(
    new RegExp(`there is no schema confledger in database \\w+, and the user ${namespace}_api may not make it: run migrate of release`),
  );
  await migrated();
  expect(await ensureReadModel({ connectionString: urlOf('api') })).toEqual({ isOwner: false });
});

test('Events and read model in databases of their own have their rights each', async () => {
  const other = await freshDatabase();
  const readModel = { variable: 'CONFLEDGER_READ_MODEL_MIGRATION_URL', url: other };
  await migrated(superuser, { readModel });
  const events = closed(createPostgresEventStore({ connectionString: urlOf('api') }));
  expect(await events.lastPosition()).toBe(0n);
  expect(await ensureReadModel({ connectionString: urlOf('api', other) })).toEqual({ isOwner: false });
  await expect(ensureReadModel({ connectionString: urlOf('api') })).rejects.toThrow('there is no schema confledger');
});
