// Lays out every table of an installation in Postgres and the roles that use them. Run again at any time, beside parts that run: what is there stays.
import { EVENTS_RIGHTS, EVENTS_SCHEMA_DEFAULT, migrateEventStore } from '@confledger/event-store-postgres';
import {
  advisoryKey,
  connectClient,
  connectionProblems,
  endClient,
  ensureRoles,
  grantOnDatabase,
  isRolePassword,
  PARTS,
  quotedSchema,
  rightsStatements,
  ROLE_PASSWORD_RULE,
  roleNames,
  type RoleNames,
  type SchemaRights,
} from '@confledger/postgres';
import { refusedWhen, StartRefused } from '@confledger/process/start-refused';
import {
  cacheLayout,
  FOLLOWERS,
  handOverReadModel,
  makeFirstGeneration,
  migrateCache,
  migrateFixedSchema,
  READ_MODEL_SCHEMA_DEFAULT,
} from '@confledger/read-model-postgres';
import type { Address, MigrateConfig } from './config.js';

export type MigrateOptions = Omit<MigrateConfig, 'logLevel'> & {
  /** Called for each thing that was done, without credentials. */
  readonly logger: { info(details: object, message: string): void };
};

/** Waiting for another migrate, and for a table that is in use, takes as long as they take. */
const STATEMENT_TIMEOUT_MS = 600_000;

type Client = Awaited<ReturnType<typeof connectClient>>;

interface Work extends MigrateOptions {
  readonly names: RoleNames;
}

/** Does all of it, and answers the names of the roles. Rejects with StartRefused, which says what to put right and holds no password. */
export async function migrateAll(options: MigrateOptions): Promise<RoleNames> {
  refusePasswords(options.passwords);
  const work: Work = { ...options, names: namesOf(options.namespace) };
  const { events, readModel } = options;
  const isShared = events?.url === readModel.url;
  if (events !== null && !isShared) await inDatabase(events, work, (client) => layOutEvents(client, events.url, work));
  await inDatabase(readModel, work, async (client) => {
    if (isShared) await layOutEvents(client, readModel.url, work);
    await layOutReadModel(client, readModel.url, work);
  });
  return work.names;
}

function refusePasswords(passwords: MigrateOptions['passwords']): void {
  const wrong = PARTS.filter((part) => passwords[part] !== undefined && !isRolePassword(passwords[part]));
  if (wrong.length === 0) return;
  throw new StartRefused(
    wrong.map((part) => `CONFLEDGER_${part.toUpperCase()}_PASSWORD: ${ROLE_PASSWORD_RULE}. Choose another.`).join('\n'),
  );
}

function namesOf(namespace: string): RoleNames {
  try {
    return roleNames(namespace);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new StartRefused(`CONFLEDGER_NAMESPACE: ${error.message} Choose a shorter one.`, { cause: error });
  }
}

/** One migrate at a time in a database. Roles belong to the whole server, so each of several databases finds them made. */
async function inDatabase({ variable, url }: Address, work: Work, layOut: (client: Client) => Promise<void>): Promise<void> {
  await refusedWhen(
    async () => {
      const client = await connectClient({
        connectionString: url,
        applicationName: 'confledger migrate',
        statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      });
      try {
        await client.query('SELECT pg_advisory_lock($1)', [advisoryKey(`migrate roles ${work.namespace}`)]);
        await ensureRoles(client, { ...work, tell: (details, message) => work.logger.info(details, message) });
        await layOut(client);
      } finally {
        // Ending the session gives the lock back.
        await endClient(client);
      }
    },
    connectionProblems(variable, url),
  );
}

async function layOutEvents(client: Client, connectionString: string, work: Work): Promise<void> {
  tell(work, EVENTS_SCHEMA_DEFAULT, await migrateEventStore({ connectionString }));
  await grant(client, EVENTS_SCHEMA_DEFAULT, EVENTS_RIGHTS, work.names);
  await grantOnDatabase(client, work.names, []);
}

async function layOutReadModel(client: Client, connectionString: string, work: Work): Promise<void> {
  const location = { connectionString };
  tell(work, READ_MODEL_SCHEMA_DEFAULT, await migrateFixedSchema(location));
  for (const part of FOLLOWERS) {
    const { schema, rights } = cacheLayout(location, part);
    tell(work, schema, await migrateCache(location, part));
    await grant(client, schema, rights, work.names);
  }
  // Only now: a projector that may make schemas and finds none of those above would make them, and own them.
  await grantOnDatabase(client, work.names, ['projector']);
  const handedOver = await handOverReadModel(client, work.names);
  if (handedOver.length > 0) work.logger.info({ owner: work.names.projector, tables: handedOver }, 'handed over');
  await makeFirstGeneration(client, work.names);
}

/** In one transaction: a part that is at work meanwhile never lacks a right. */
async function grant(client: Client, schema: string, rights: SchemaRights, names: RoleNames): Promise<void> {
  await client.query(['BEGIN', ...rightsStatements(quotedSchema(schema), rights, names), 'COMMIT'].join(';\n'));
}

function tell({ logger }: Work, schema: string, applied: readonly number[]): void {
  if (applied.length > 0) logger.info({ schema, migrations: applied }, 'tables laid out');
}
