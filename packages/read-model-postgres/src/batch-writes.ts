// The statements that write one projection batch: one multi-row statement per table that has rows. Columns travel as arrays through unnest:
// one round trip and one plan per table, whatever the number of rows.
import type { JsonValue } from '@confledger/document';
import type { ProjectionBatch, ResumedStream } from '@confledger/application';
import { LedgerId } from '@confledger/domain';
import type pg from 'pg';

type Column<Row> = readonly [name: string, type: 'text' | 'bigint' | 'int' | 'json' | 'timestamptz' | 'boolean', of: (row: Row) => unknown];

interface Table<Row> {
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly onConflict?: string;
}

type Rows<K extends keyof ProjectionBatch> = ProjectionBatch[K] extends readonly (infer Row)[] ? Row : never;

const streams: Table<Rows<'streams'>> = {
  name: 'streams',
  columns: [
    ['stream', 'text', (row) => row.stream],
    ['revision', 'bigint', (row) => row.revision],
    ['hash', 'text', (row) => row.hash],
    ['parked_at', 'bigint', (row) => row.parkedAt],
  ],
  onConflict: '(stream) DO UPDATE SET revision = excluded.revision, hash = excluded.hash, parked_at = excluded.parked_at',
};

const environments: Table<Rows<'environments'>> = {
  name: 'environments',
  columns: [
    ['environment', 'text', (row) => row.environment],
    ['ledger', 'text', (row) => row.ledger],
    ['revision', 'bigint', (row) => row.revision],
    ['position', 'bigint', (row) => row.position],
  ],
  onConflict: `(environment) DO UPDATE SET ledger = excluded.ledger, revision = excluded.revision, position = excluded.position
    WHERE excluded.position < environments.position`,
};

const ledgers: Table<Rows<'ledgers'>> = {
  name: 'ledgers',
  columns: [
    ['ledger', 'text', (row) => row.ledger],
    ['environment', 'text', (row) => LedgerId.parse(row.ledger)?.environment],
    ['service', 'text', (row) => LedgerId.parse(row.ledger)?.service],
    ['is_there', 'boolean', (row) => row.exists],
    ['latest', 'bigint', (row) => row.latest],
    ['active', 'bigint', (row) => row.active],
    ['activation', 'bigint', (row) => row.activation],
    ['pending', 'bigint', (row) => row.pending],
    ['digest', 'text', (row) => row.digest],
    ['active_digest', 'text', (row) => row.activeDigest],
    ['retired', 'boolean', (row) => row.retired],
    ['updated_at', 'timestamptz', (row) => row.updatedAt],
    ['parked_at', 'bigint', (row) => row.parkedAt],
  ],
  onConflict: `(ledger) DO UPDATE SET is_there = excluded.is_there, latest = excluded.latest, active = excluded.active, activation = excluded.activation, pending = excluded.pending, digest = excluded.digest,
    active_digest = excluded.active_digest, retired = excluded.retired, updated_at = excluded.updated_at, parked_at = excluded.parked_at`,
};

const items: Table<Rows<'items'>> = {
  name: 'items',
  columns: [
    ['ledger', 'text', (row) => row.ledger],
    ['of', 'text', (row) => row.of],
    ['path', 'text', (row) => row.path],
    ['revision', 'bigint', (row) => row.revision],
    ['value', 'json', (row) => JSON.stringify(row.value)],
  ],
  onConflict: '(ledger, of, path) DO UPDATE SET revision = excluded.revision, value = excluded.value',
};

const versions: Table<Rows<'versions'>> = {
  name: 'versions',
  columns: [
    ['ledger', 'text', (row) => row.ledger],
    ['version', 'bigint', (row) => row.version],
    ['first_revision', 'bigint', (row) => row.firstRevision],
    ['actor', 'text', (row) => row.actor],
    ['reason', 'text', (row) => row.reason],
    ['occurred_at', 'timestamptz', (row) => row.occurredAt],
    ['change_count', 'int', (row) => row.changeCount],
  ],
};

const activations: Table<Rows<'activations'>> = {
  name: 'activations',
  columns: [
    ['ledger', 'text', (row) => row.ledger],
    ['version', 'bigint', (row) => row.version],
    ['activation', 'bigint', (row) => row.activation],
    ['actor', 'text', (row) => row.actor],
    ['reason', 'text', (row) => row.reason],
    ['occurred_at', 'timestamptz', (row) => row.occurredAt],
    ['rollback_to', 'bigint', (row) => row.rollbackTo],
  ],
};

const tags: Table<Rows<'tags'>> = {
  name: 'tags',
  columns: [
    ['ledger', 'text', (row) => row.ledger],
    ['tag', 'text', (row) => row.tag],
    ['version', 'bigint', (row) => row.version],
    ['revision', 'bigint', (row) => row.revision],
  ],
  onConflict: '(ledger, tag) DO UPDATE SET version = excluded.version, revision = excluded.revision',
};

const audit: Table<Rows<'audit'>> = {
  name: 'audit',
  columns: [
    ['position', 'bigint', (row) => row.position],
    ['stream', 'text', (row) => row.stream],
    ['ledger', 'text', (row) => LedgerId.ofStream(row.stream)?.text ?? ''],
    ['revision', 'bigint', (row) => row.revision],
    ['version', 'bigint', (row) => row.version],
    ['type', 'text', (row) => row.type],
    ['path', 'text', (row) => row.path],
    ['before', 'json', (row) => jsonText(row.before)],
    ['after', 'json', (row) => jsonText(row.after)],
    ['actor', 'text', (row) => row.actor],
    ['method', 'text', (row) => row.method],
    ['reason', 'text', (row) => row.reason],
    ['occurred_at', 'timestamptz', (row) => row.occurredAt],
    ['command_id', 'text', (row) => row.commandId],
    ['correlation_id', 'text', (row) => row.correlationId],
    ['change_set', 'text', (row) => row.changeSet],
    ['abandoned', 'boolean', (row) => row.abandoned],
    ['detail', 'json', (row) => JSON.stringify(row.detail)],
  ],
};

const openEvents: Table<Rows<'buffered'>> = {
  name: 'open_events',
  columns: [
    ['stream', 'text', (row) => row.stream],
    ['revision', 'bigint', (row) => row.revision],
    ['position', 'bigint', (row) => row.position],
    ['id', 'text', (row) => row.id],
    ['type', 'text', (row) => row.type],
    ['data', 'text', (row) => row.data],
    ['metadata', 'text', (row) => row.metadata],
  ],
};

const parked: Table<Rows<'parked'>> = {
  name: 'parked',
  columns: [
    ['position', 'bigint', (row) => row.position],
    ['stream', 'text', (row) => row.stream],
    ['revision', 'bigint', (row) => row.revision],
    ['event_id', 'text', (row) => row.eventId],
    ['type', 'text', (row) => row.type],
    ['reason', 'text', (row) => row.reason],
  ],
};

const parkedStreams: Table<Rows<'parkedStreams'>> = {
  name: 'parked_streams',
  columns: [
    ['stream', 'text', (row) => row.stream],
    ['revision', 'bigint', (row) => row.revision],
    ['position', 'bigint', (row) => row.position],
    ['type', 'text', (row) => row.type],
    ['reason', 'text', (row) => row.reason],
  ],
  onConflict: '(stream) DO NOTHING',
};

/**
 * Moves the row of a parked stream on, or takes it away, and removes the rows of the events that are folded now. False when the stream is
 * not parked at that revision: then nothing was written.
 */
export async function resumeStream(
  client: pg.ClientBase,
  schema: string,
  { stream, revision, events, next }: ResumedStream,
): Promise<boolean> {
  const table = `${schema}.parked_streams`;
  const { rowCount } =
    next === null
      ? await client.query(`DELETE FROM ${table} WHERE stream = $1 AND revision = $2`, [stream, revision])
      : await client.query(`UPDATE ${table} SET revision = $3, position = $4, type = $5, reason = $6 WHERE stream = $1 AND revision = $2`, [
          stream,
          revision,
          next.revision,
          next.position,
          next.type,
          next.reason,
        ]);
  if (rowCount !== 1) return false;
  if (next === null) await client.query(`DELETE FROM ${schema}.parked WHERE stream = $1`, [stream]);
  else await client.query(`DELETE FROM ${schema}.parked WHERE position = ANY($1)`, [events]);
  return true;
}

/** Writes every row of the batch, within the caller's transaction. `schema` is the generation's, quoted. */
export async function writeBatch(client: pg.ClientBase, schema: string, batch: ProjectionBatch): Promise<void> {
  const goneTags = batch.tags.filter(({ version }) => version === null);
  const keptTags = batch.tags.filter(({ version }) => version !== null);
  await insert(client, schema, streams, batch.streams);
  await insert(client, schema, environments, batch.environments);
  await insert(client, schema, ledgers, batch.ledgers);
  await deleteItems(client, schema, batch.itemsGone);
  await insert(client, schema, items, batch.items);
  await insert(client, schema, versions, batch.versions);
  await insert(client, schema, activations, batch.activations);
  await deleteTags(client, schema, goneTags);
  await insert(client, schema, tags, keptTags);
  await insert(client, schema, audit, batch.audit);
  if (batch.settled.length > 0) await client.query(`DELETE FROM ${schema}.open_events WHERE stream = ANY($1)`, [batch.settled]);
  await insert(client, schema, openEvents, batch.buffered);
  await insert(client, schema, parked, batch.parked);
  await insert(client, schema, parkedStreams, batch.parkedStreams);
}

async function insert<Row>(client: pg.ClientBase, schema: string, table: Table<Row>, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const names = table.columns.map(([name]) => name).join(', ');
  const arrays = table.columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
  const conflict = table.onConflict === undefined ? '' : ` ON CONFLICT ${table.onConflict}`;
  const values = table.columns.map(([, , valueOf]) => rows.map(valueOf));
  await client.query(`INSERT INTO ${schema}.${table.name} (${names}) SELECT * FROM unnest(${arrays})${conflict}`, values);
}

async function deleteItems(client: pg.ClientBase, schema: string, keys: ProjectionBatch['itemsGone']): Promise<void> {
  if (keys.length === 0) return;
  const columns = [keys.map(({ ledger }) => ledger), keys.map(({ of }) => of), keys.map(({ path }) => path)];
  await client.query(
    `DELETE FROM ${schema}.items i USING unnest($1::text[], $2::text[], $3::text[]) AS gone(ledger, of, path)
     WHERE i.ledger = gone.ledger AND i.of = gone.of AND i.path = gone.path`,
    columns,
  );
}

async function deleteTags(client: pg.ClientBase, schema: string, gone: ProjectionBatch['tags']): Promise<void> {
  if (gone.length === 0) return;
  await client.query(
    `DELETE FROM ${schema}.tags t USING unnest($1::text[], $2::text[]) AS gone(ledger, tag) WHERE t.ledger = gone.ledger AND t.tag = gone.tag`,
    [gone.map(({ ledger }) => ledger), gone.map(({ tag }) => tag)],
  );
}

/** SQL NULL says that there is no value; the JSON text `null` is one. */
function jsonText(value: JsonValue | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
