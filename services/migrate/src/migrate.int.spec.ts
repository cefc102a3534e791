// Migrate on a real Postgres: each role can do what its part needs, and Postgres refuses the rest.
import { randomBytes } from 'node:crypto';
import { keptDocumentsOf, LogFolder, readLog, type DocumentAt, type EventStore, type ProjectionStore } from '@confledger/application';
import { LedgerLog } from '@confledger/conformance';
import { createPostgresEventStore, ensureEventStore } from '@confledger/event-store-postgres';
import { createPool, PARTS, RoleUnfit, type Part } from '@confledger/postgres';
import {
  createPostgresApiHeartbeats,
  createPostgresCache,
  createPostgresInheritanceBlocks,
  createPostgresLayerDocuments,
  createPostgresNodeReports,
  createPostgresProjections,
  createPostgresReadModel,
  createPostgresSnapshotStore,
  ensureCache,
  ensureProjections,
  ensureReadModel,
  rebuildReadModel,
} from '@confledger/read-model-postgres';
import { freshDatabase } from '@confledger/test-support';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrateAll, type MigrateOptions } from './index.js';

const namespace = `m${randomBytes(6).toString('hex')}`;
const secrets = { api: secret(), projector: secret(), relay: secret() };
const owner = { name: `${namespace}_owner`, password: secret() };
const lines: string[] = [];
const logger = { info: (details: object, message: string) => void lines.push(`${JSON.stringify(details)} ${message}`) };
/** insufficient_privilege */
const REFUSED = '42501';
const ENGINE = 'production.trading-engine';

let superuser: string;
let pools: Record<Part | 'owner', pg.Pool>;

function secret(): string {
  return randomBytes(16).toString('hex');
}

/** The same database as another user. */
function urlOf(user: string, password: string): string {
  const url = new URL(superuser);
  url.username = user;
  url.password = password;
  return url.href;
}

const ownerUrl = (): string => urlOf(owner.name, owner.password);
const partUrl = (part: Part): string => urlOf(`${namespace}_${part}`, secrets[part]);
const migrated = (more: Partial<MigrateOptions> = {}): Promise<unknown> => {
  const address = { variable: 'CONFLEDGER_MIGRATION_URL', url: ownerUrl() };
  return migrateAll({ events: address, readModel: address, namespace, passwords: secrets, logger, ...more });
};

async function asSuperuser(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: superuser });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** The SQLSTATE that a statement is refused with; null where it is not. */
async function refusal(part: Part | 'owner', statement: string): Promise<string | null> {
  const client = await pools[part].connect();
  try {
    await client.query('BEGIN');
    await client.query(statement);
    return null;
  } catch (error) {
    return error instanceof pg.DatabaseError ? (error.code ?? '') : String(error);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

/** Code behind a table that a rebuild reads: it takes every SET ROLE back and writes down whether it could delete events. */
const spyOn = (tables: string): string[] => [
  'CREATE SCHEMA spying',
  'CREATE TABLE spying.seen (may_delete boolean)',
  `CREATE FUNCTION spying.spy() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
     SET ROLE NONE;
     INSERT INTO spying.seen VALUES (has_table_privilege('confledger_events.events', 'DELETE'));
     RESET ROLE;
     RETURN true;
   END $$`,
  `ALTER TABLE ${tables}.checkpoint RENAME TO checkpoint_behind`,
  `CREATE VIEW ${tables}.checkpoint AS SELECT * FROM ${tables}.checkpoint_behind WHERE spying.spy()`,
];

/** The newest event's metadata. */
function changeOf(log: LedgerLog) {
  return JSON.parse(log.stored.at(-1)?.metadata ?? '{}') as { readonly hash: string; readonly occurredAt: string };
}

/** Folds the whole log in. */
async function projected(events: EventStore, store: ProjectionStore, documentAt: DocumentAt): Promise<void> {
  const folder = new LogFolder({ store, documentAt, at: 0n });
  for await (const page of readLog(events, 0n, 100)) expect(await folder.take(page)).toBe('committed');
}

beforeAll(async () => {
  superuser = await freshDatabase();
  await asSuperuser(
    `CREATE ROLE ${owner.name} LOGIN CREATEROLE PASSWORD '${owner.password}'`,
    `ALTER DATABASE ${new URL(superuser).pathname.slice(1)} OWNER TO ${owner.name}`,
  );
  await migrated();
  const pool = (connectionString: string) => createPool({ connectionString, connectionsMax: 2 });
  pools = { owner: pool(ownerUrl()), api: pool(partUrl('api')), projector: pool(partUrl('projector')), relay: pool(partUrl('relay')) };
});
afterAll(async () => {
  for (const pool of Object.values(pools)) await pool.end();
});

describe('what a part needs', () => {
  test('The api appends and reads, keeps snapshots and reports of nodes, and queries the read model', async () => {
    expect(await ensureEventStore({ connectionString: partUrl('api') }, 'api')).toEqual({ isOwner: false });
    expect(await ensureReadModel({ connectionString: partUrl('api') })).toEqual({ isOwner: false });
    const store = createPostgresEventStore({ connectionString: partUrl('api') });
    const log = new LedgerLog();
    log.change(ENGINE, { 'risk.max': 1 });
    await log.appendTo(store);
    expect(await store.readStream(`config-${ENGINE}`, { from: 0, limit: 10 })).toHaveLength(2);
    await store.close();

    const snapshots = createPostgresSnapshotStore(pools.api);
    const { hash, occurredAt } = changeOf(log);
    await snapshots.save({ stream: `config-${ENGINE}`, codeVersion: 1, revision: 1, hash, occurredAt, body: '{}', mac: 'ab' });
    expect(await snapshots.newest(`config-${ENGINE}`, 1)).toMatchObject({ revision: 1 });
    const reports = createPostgresNodeReports(pools.api);
    const report = {
      environment: 'production',
      service: 'engine',
      name: 'n',
      state: 'ready',
      running: null,
      rejected: null,
      sdk: null,
      resolution: {},
    } as const;
    await reports.put({ ...report, reportedAt: occurredAt });
    await reports.put({ ...report, state: 'closed', reportedAt: occurredAt });
    await reports.forget(Date.now());
    expect(await reports.list({})).toEqual([]);
    const blocks = createPostgresInheritanceBlocks(pools.api);
    const refused = { ledger: ENGINE, code: 'X', message: '', details: [], layers: [] };
    for (const checkedAt of [occurredAt, occurredAt]) await blocks.put({ ...refused, since: checkedAt, checkedAt });
    expect(await blocks.list({})).toHaveLength(1);
    await blocks.clear(ENGINE);
    const documents = createPostgresLayerDocuments(pools.api);
    for (const body of [1, 2]) await documents.put({ ledger: ENGINE, activation: 1, digest: 'ab', body });
    for (let activation = 2; activation < 40; activation += 1) await documents.put({ ledger: ENGINE, activation, digest: 'ab', body: 3 });
    expect([await documents.get(ENGINE, 1), await documents.get(ENGINE, 39)]).toEqual([null, 3]);
    const heartbeats = createPostgresApiHeartbeats(pools.api);
    for (const release of ['1', '2']) await heartbeats.write({ id: 'one', release, features: [] });
    expect(await heartbeats.list()).toMatchObject([{ id: 'one', release: '2' }]);
    await heartbeats.remove('one');
    const readModel = createPostgresReadModel({ connectionString: partUrl('api') });
    expect(await readModel.position()).toBe(0n);
    await readModel.close();
  });

  test('The projector projects and rebuilds, and its rebuilt tables and views are its own', async () => {
    const location = { connectionString: partUrl('projector') };
    expect(await ensureProjections(location)).toEqual({ isOwner: false, layout: 'current' });
    expect(await ensureCache(location, 'projector')).toEqual({ isOwner: false });
    const events = createPostgresEventStore(location);
    const documentAt = keptDocumentsOf({ store: events, cache: createPostgresCache(pools.projector, { part: 'projector', events }) });
    const projections = createPostgresProjections(location);
    await projected(events, await projections.store(), documentAt);
    expect(await rebuildReadModel({ location, events, documentAt })).toBe(2);
    await projections.close();
    await events.close();

    const readModel = createPostgresReadModel({ connectionString: partUrl('api') });
    expect((await readModel.ledgers({}, { limit: 10 })).items).toMatchObject([{ environment: 'production', service: 'trading-engine' }]);
    await readModel.close();
    const { rows } = await pools.owner.query<{ owner: string }>(
      `SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
       WHERE nspname = 'confledger_read_2' OR nspname = 'confledger' AND relkind = 'v'`,
    );
    expect(rows).toEqual([{ owner: `${namespace}_projector` }]);
  });

  test('A rebuild by the owner leaves the tables to the projector', async () => {
    const location = { connectionString: ownerUrl() };
    const events = createPostgresEventStore(location);
    const documentAt = keptDocumentsOf({ store: events, cache: createPostgresCache(pools.owner, { part: 'projector', events }) });
    const generation = await rebuildReadModel({ location, events, documentAt });
    await events.close();
    expect(await refusal('projector', `DROP SCHEMA confledger_read_${generation} CASCADE`)).toBeNull();
    expect(await refusal('api', 'SELECT * FROM confledger.ledgers')).toBeNull();
  });

  test('What the projector put into its tables runs with its own rights while the owner rebuilds, and no login is left', async () => {
    const location = { connectionString: ownerUrl() };
    const { rows: serving } = await pools.owner.query<{ generation: number }>('SELECT generation FROM confledger.read_model');
    const tables = `confledger_read_${serving[0]?.generation}`;
    for (const statement of spyOn(tables)) await pools.projector.query(statement);
    const events = createPostgresEventStore(location);
    const documentAt = keptDocumentsOf({ store: events, cache: createPostgresCache(pools.owner, { part: 'projector', events }) });
    await rebuildReadModel({ location, events, documentAt });
    await events.close();
    const { rows } = await pools.projector.query('SELECT DISTINCT may_delete FROM spying.seen');
    expect(rows).toEqual([{ may_delete: false }]);
    await pools.projector.query('DROP SCHEMA spying CASCADE');
    const left = await pools.owner.query(
      `SELECT rolname FROM pg_roles WHERE rolname LIKE 'confledger_temporary_%' AND pg_has_role(oid, $1, 'MEMBER')`,
      [`${namespace}_projector`],
    );
    expect(left.rows).toEqual([]);
  });

  test('A rebuild is refused where the login may not act for the projector, and nothing is made', async () => {
    const deploy = { name: `${namespace}_deploy`, password: secret() };
    await asSuperuser(`CREATE ROLE ${deploy.name} LOGIN PASSWORD '${deploy.password}' IN ROLE ${owner.name}`);
    const location = { connectionString: urlOf(deploy.name, deploy.password) };
    const events = createPostgresEventStore(location);
    const generations = `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'confledger_read_%'`;
    const before = await pools.owner.query(generations);
    const failing = rebuildReadModel({ location, events, documentAt: () => Promise.reject(new Error('not to be asked')) });
    await expect(failing).rejects.toThrow(RoleUnfit);
    await expect(failing).rejects.toThrow(`Log in as ${namespace}_projector`);
    await events.close();
    expect((await pools.owner.query(generations)).rows).toEqual(before.rows);
  });

  test('The relay reads the log and keeps a cache of its own', async () => {
    const location = { connectionString: partUrl('relay') };
    expect(await ensureEventStore(location, 'relay')).toEqual({ isOwner: false });
    expect(await ensureCache(location, 'relay')).toEqual({ isOwner: false });
    const events = createPostgresEventStore(location);
    const [, stored] = await events.readStream(`config-${ENGINE}`, { from: 0, limit: 2 });
    if (stored === undefined) throw new Error('The log has no second event.');
    const { hash, occurredAt } = JSON.parse(stored.metadata) as { hash: string; occurredAt: string };
    const cache = createPostgresCache(pools.relay, { part: 'relay', events });
    const taken = { stream: stored.stream, codeVersion: 1, hash, occurredAt, body: '{}', mac: '' };
    await cache.save({ ...taken, revision: 1 });
    await cache.save({ ...taken, revision: 9 });
    expect(await cache.newest(stored.stream, 1)).toMatchObject({ revision: 1 });
    await events.close();
  });
});

const EVERYBODY_REFUSED = [
  'UPDATE confledger_events.events SET data = data',
  'DELETE FROM confledger_events.events',
  'TRUNCATE confledger_events.events',
  'ALTER TABLE confledger_events.events DISABLE TRIGGER events_append_only',
  'DROP TABLE confledger_events.events',
  'CREATE TABLE confledger_events.more (one int)',
  'INSERT INTO confledger.migrations (number, name) VALUES (99, 1)',
  'SELECT * FROM pg_authid',
];
const FORGE = `INSERT INTO confledger_events.events VALUES (99, 's', 0, gen_random_uuid(), 't', '{}', '{}')`;

describe('what a part must not do', () => {
  test.for([
    ...PARTS.flatMap((part) => EVERYBODY_REFUSED.map((statement) => [part, statement] as const)),
    ['api', 'CREATE SCHEMA mine'],
    ['api', 'CREATE TABLE confledger.mine (one int)'],
    ['api', 'UPDATE confledger.read_model SET generation = 7'],
    ['api', `UPDATE confledger.snapshots SET body = '{}'`],
    ['api', 'DELETE FROM confledger.ledgers'],
    ['api', 'DROP VIEW confledger.ledgers'],
    ['api', 'SELECT * FROM confledger_projector_cache.snapshots'],
    ['api', 'SELECT * FROM confledger_relay_cache.snapshots'],
    ['api', `SET LOCAL ROLE ${namespace}_projector`],
    ['projector', FORGE],
    ['projector', 'SELECT confledger_events.append_stream(NULL, NULL, NULL, NULL, NULL, NULL, NULL)'],
    ['projector', 'SELECT * FROM confledger.snapshots'],
    ['projector', 'SELECT * FROM confledger.node_reports'],
    ['projector', 'SELECT * FROM confledger.inheritance_blocks'],
    ['projector', 'DROP TABLE confledger.snapshots'],
    ['projector', 'DELETE FROM confledger.read_model'],
    ['projector', 'SELECT * FROM confledger_relay_cache.snapshots'],
    ['projector', `SET LOCAL ROLE ${owner.name}`],
    ['relay', FORGE],
    ['relay', 'CREATE SCHEMA mine'],
    ['relay', 'SELECT * FROM confledger.snapshots'],
    ['relay', 'SELECT * FROM confledger.ledgers'],
    ['relay', 'SELECT * FROM confledger_projector_cache.snapshots'],
    ['relay', 'DROP TABLE confledger_relay_cache.snapshots'],
  ] as const)('Postgres refuses the %s: %s', async ([part, statement]) => {
    expect(await refusal(part, statement)).toBe(REFUSED);
  });

  test('The role of readers sees the read model and nothing else', async () => {
    const reader = `${namespace}_reader`;
    const { rows } = await pools.owner.query<{ views: boolean; others: boolean }>(
      `SELECT bool_and(has_table_privilege($1, c.oid, 'SELECT')) FILTER (WHERE relkind = 'v') AS views,
         bool_or(has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE')) FILTER (WHERE relkind = 'r') AS others
       FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE starts_with(nspname, 'confledger')`,
      [reader],
    );
    expect(rows).toEqual([{ views: true, others: false }]);
  });
});

test('No table that a migration makes was forgotten in the lists of rights', async () => {
  const { rows } = await pools.owner.query<{ table: string }>(
    `SELECT c.oid::regclass::text AS table FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE nspname IN ('confledger', 'confledger_events', 'confledger_projector_cache', 'confledger_relay_cache') AND relkind = 'r'
       AND NOT EXISTS (SELECT FROM aclexplode(relacl) WHERE grantee <> relowner)`,
  );
  expect(rows).toEqual([]);
});

describe('a start', () => {
  test.for(PARTS)('A %s that lacks a right is refused with its name and the remedy', async (part) => {
    await pools.owner.query(`REVOKE SELECT ON confledger_events.events FROM ${namespace}_${part}`);
    await expect(ensureEventStore({ connectionString: partUrl(part) }, part)).rejects.toThrow(
      new RegExp(
        `user ${namespace}_${part} lacks a right of the ${part} \\(SELECT on confledger_events\\.events\\): run migrate of release`,
      ),
    );
    await migrated();
    expect(await ensureEventStore({ connectionString: partUrl(part) }, part)).toEqual({ isOwner: false });
  });

  test('An api that may not read a view is refused with its name and the remedy', async () => {
    await pools.projector.query(`REVOKE SELECT ON confledger.audit FROM ${namespace}_api`);
    await expect(ensureReadModel({ connectionString: partUrl('api') })).rejects.toThrow(/SELECT on confledger\.audit.*run migrate/);
    await migrated();
    expect(await ensureReadModel({ connectionString: partUrl('api') })).toEqual({ isOwner: false });
  });

  test('A part before tables of an older release is refused with the remedy, and starts when they are migrated', async () => {
    await pools.owner.query(
      `DROP TABLE confledger.inheritance_blocks; DELETE FROM confledger.migrations WHERE name = 'inheritance-blocks'`,
    );
    await expect(ensureReadModel({ connectionString: partUrl('api') })).rejects.toThrow(/older release.*run migrate/);
    await migrated();
    expect(await ensureReadModel({ connectionString: partUrl('api') })).toEqual({ isOwner: false });
  });

  test('The owner may do without roles, and is known as the owner', async () => {
    expect(await ensureEventStore({ connectionString: ownerUrl() }, 'api')).toEqual({ isOwner: true });
    expect(await ensureReadModel({ connectionString: ownerUrl() })).toEqual({ isOwner: true });
  });
});

test('Migrate run again changes nothing but the passwords', async () => {
  lines.length = 0;
  await migrated({ passwords: {} });
  expect(lines).toEqual([]);
  await migrated();
  expect(lines).toEqual(PARTS.map((part) => `{"role":"${namespace}_${part}"} password set`));
});

test('No password is in a line of the log or in a refusal', async () => {
  lines.length = 0;
  await migrated();
  const wrong = migrateAll({
    events: null,
    readModel: { variable: 'CONFLEDGER_MIGRATION_URL', url: urlOf(`${namespace}_nobody`, 'hush-hush-hush-hush') },
    namespace,
    passwords: secrets,
    logger,
  });
  const refused = await wrong.catch(String);
  expect(refused).toContain('CONFLEDGER_MIGRATION_URL: ');
  const short = await migrated({ passwords: { api: 'hush' } }).catch(String);
  expect(short).toBe('StartRefused: CONFLEDGER_API_PASSWORD: expected one word of 16 to 256 printable ASCII characters. Choose another.');
  const said = [...lines, refused, short].join('\n');
  for (const password of [...Object.values(secrets), owner.password, 'hush-hush', "'hush'"]) expect(said).not.toContain(password);
});
