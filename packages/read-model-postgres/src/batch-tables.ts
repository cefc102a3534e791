// What a projection batch writes: for each table its columns, and where their values come from.
import type { JsonValue } from '@confledger/document';
import type { ProjectionBatch } from '@confledger/application';
import { LedgerId } from '@confledger/domain';

/** A value of a column, as Postgres reads it; null and undefined are SQL's NULL. */
export type ColumnValue = string | number | bigint | boolean | null | undefined;

export type Column<Row> = readonly [
  name: string,
  type: 'text' | 'bigint' | 'int' | 'json' | 'jsonb' | 'timestamptz' | 'boolean',
  of: (row: Row) => ColumnValue,
];

/** Rows of a batch that go into one table, or out of it. */
export interface TableWrite<Row> {
  readonly table: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: (batch: ProjectionBatch) => readonly Row[];
  /** Deletes the rows of these keys instead. */
  readonly deletes?: true;
  readonly onConflict?: string;
}

type Rows<K extends keyof ProjectionBatch> = ProjectionBatch[K] extends readonly (infer Row)[] ? Row : never;

const streams: TableWrite<Rows<'streams'>> = {
  table: 'streams',
  rows: (batch) => batch.streams,
  columns: [
    ['stream', 'text', (row) => row.stream],
    ['revision', 'bigint', (row) => row.revision],
    ['hash', 'text', (row) => row.hash],
    ['parked_at', 'bigint', (row) => row.parkedAt],
  ],
  onConflict: '(stream) DO UPDATE SET revision = excluded.revision, hash = excluded.hash, parked_at = excluded.parked_at',
};

const environments: TableWrite<Rows<'environments'>> = {
  table: 'environments',
  rows: (batch) => batch.environments,
  columns: [
    ['environment', 'text', (row) => row.environment],
    ['ledger', 'text', (row) => row.ledger],
    ['revision', 'bigint', (row) => row.revision],
    ['position', 'bigint', (row) => row.position],
  ],
  onConflict: `(environment) DO UPDATE SET ledger = excluded.ledger, revision = excluded.revision, position = excluded.position
    WHERE excluded.position < environments.position`,
};

const ledgers: TableWrite<Rows<'ledgers'>> = {
  table: 'ledgers',
  rows: (batch) => batch.ledgers,
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
    ['activated_at', 'timestamptz', (row) => row.activatedAt],
    ['active_own', 'text', (row) => row.activeOwn],
    ['layers', 'jsonb', (row) => JSON.stringify(row.layers)],
    ['definition', 'bigint', (row) => row.definition],
    ['schema_revision', 'bigint', (row) => row.schemaRevision],
    ['pinned', 'bigint', (row) => row.pinned?.activation],
    ['pinned_by', 'text', (row) => row.pinned?.actor],
    ['pinned_at', 'timestamptz', (row) => row.pinned?.occurredAt],
  ],
  onConflict: `(ledger) DO UPDATE SET is_there = excluded.is_there, latest = excluded.latest, active = excluded.active, activation = excluded.activation, pending = excluded.pending, digest = excluded.digest,
    active_digest = excluded.active_digest, retired = excluded.retired, updated_at = excluded.updated_at, parked_at = excluded.parked_at,
    activated_at = excluded.activated_at, active_own = excluded.active_own, layers = excluded.layers, definition = excluded.definition,
    schema_revision = excluded.schema_revision, pinned = excluded.pinned,
    pinned_by = excluded.pinned_by, pinned_at = excluded.pinned_at`,
};

const items: TableWrite<Rows<'items'>> = {
  table: 'items',
  rows: (batch) => batch.items,
  columns: [
    ['ledger', 'text', (row) => row.ledger],
    ['of', 'text', (row) => row.of],
    ['path', 'text', (row) => row.path],
    ['revision', 'bigint', (row) => row.revision],
    ['value', 'json', (row) => JSON.stringify(row.value)],
  ],
  onConflict: '(ledger, of, path) DO UPDATE SET revision = excluded.revision, value = excluded.value',
};

const versions: TableWrite<Rows<'versions'>> = {
  table: 'versions',
  rows: (batch) => batch.versions,
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

const activations: TableWrite<Rows<'activations'>> = {
  table: 'activations',
  rows: (batch) => batch.activations,
  columns: [
    ['ledger', 'text', (row) => row.ledger],
    ['version', 'bigint', (row) => row.version],
    ['activation', 'bigint', (row) => row.activation],
    ['actor', 'text', (row) => row.actor],
    ['reason', 'text', (row) => row.reason],
    ['occurred_at', 'timestamptz', (row) => row.occurredAt],
    ['rollback_to', 'bigint', (row) => row.rollbackTo],
    ['previous_activation', 'bigint', (row) => row.previousActivation],
    ['digest', 'text', (row) => row.digest],
    ['own', 'text', (row) => row.own],
    ['layers', 'jsonb', (row) => JSON.stringify(row.layers)],
    ['pinned', 'boolean', (row) => row.pinned],
    ['definition', 'bigint', (row) => row.definition],
    ['restart', 'jsonb', (row) => JSON.stringify(row.restart)],
    ['source', 'jsonb', (row) => (row.source === null ? null : JSON.stringify(row.source))],
  ],
};

const tags: TableWrite<Rows<'tags'>> = {
  table: 'tags',
  rows: (batch) => batch.tags.filter(({ version }) => version !== null),
  columns: [
    ['ledger', 'text', (row) => row.ledger],
    ['tag', 'text', (row) => row.tag],
    ['version', 'bigint', (row) => row.version],
    ['revision', 'bigint', (row) => row.revision],
  ],
  onConflict: '(ledger, tag) DO UPDATE SET version = excluded.version, revision = excluded.revision',
};

const audit: TableWrite<Rows<'audit'>> = {
  table: 'audit',
  rows: (batch) => batch.audit,
  columns: [
    ['position', 'bigint', (row) => row.position],
    ['stream', 'text', (row) => row.stream],
    ['ledger', 'text', ({ environment, service }) => (environment === null || service === null ? '' : `${environment}.${service}`)],
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
    ['source', 'json', (row) => jsonText(row.source)],
  ],
};

const openEvents: TableWrite<Rows<'buffered'>> = {
  table: 'open_events',
  rows: (batch) => batch.buffered,
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

const parked: TableWrite<Rows<'parked'>> = {
  table: 'parked',
  rows: (batch) => batch.parked,
  columns: [
    ['position', 'bigint', (row) => row.position],
    ['stream', 'text', (row) => row.stream],
    ['revision', 'bigint', (row) => row.revision],
    ['event_id', 'text', (row) => row.eventId],
    ['type', 'text', (row) => row.type],
    ['reason', 'text', (row) => row.reason],
  ],
};

const parkedStreams: TableWrite<Rows<'parkedStreams'>> = {
  table: 'parked_streams',
  rows: (batch) => batch.parkedStreams,
  columns: [
    ['stream', 'text', (row) => row.stream],
    ['revision', 'bigint', (row) => row.revision],
    ['position', 'bigint', (row) => row.position],
    ['type', 'text', (row) => row.type],
    ['reason', 'text', (row) => row.reason],
  ],
  onConflict: '(stream) DO NOTHING',
};

const itemsGone: TableWrite<Rows<'itemsGone'>> = {
  table: 'items',
  deletes: true,
  rows: (batch) => batch.itemsGone,
  columns: [
    ['ledger', 'text', (row) => row.ledger],
    ['of', 'text', (row) => row.of],
    ['path', 'text', (row) => row.path],
  ],
};

const tagsGone: TableWrite<Rows<'tags'>> = {
  table: 'tags',
  deletes: true,
  rows: (batch) => batch.tags.filter(({ version }) => version === null),
  columns: [
    ['ledger', 'text', (row) => row.ledger],
    ['tag', 'text', (row) => row.tag],
  ],
};

const settled: TableWrite<string> = {
  table: 'open_events',
  deletes: true,
  rows: (batch) => batch.settled,
  columns: [['stream', 'text', (stream) => stream]],
};

/** SQL NULL says that there is no value; the JSON text `null` is one. */
function jsonText(value: JsonValue | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** Hides the type of the rows: what is written is a list of writes of different tables. */
function write<Row>({ rows, columns, ...rest }: TableWrite<Row>): TableWrite<unknown> {
  return { rows, columns: columns.map(([name, type, of]) => [name, type, (row) => of(row as Row)] as const), ...rest };
}

/** What nearly every batch writes: a change of some leaves. */
export const FREQUENT_WRITES: readonly TableWrite<unknown>[] = [
  write(streams),
  write(ledgers),
  write(items),
  write(versions),
  write(audit),
];

/** What a batch may write besides. */
export const RARE_WRITES: readonly TableWrite<unknown>[] = [
  write(itemsGone),
  write(tagsGone),
  write(settled),
  write(activations),
  write(environments),
  write(tags),
  write(openEvents),
  write(parked),
  write(parkedStreams),
];
