// A projection store that writes nothing and compares instead: what a batch would write with what the tables hold. Rows that never change
// are compared batch by batch and forgotten; rows that do are kept and compared at the end.
import {
  ReadModelTables,
  type Checkpoint,
  type Discrepancy,
  type ProjectionBatch,
  type ProjectionStore,
  type StoredView,
} from '@confledger/application';
import { canonicalJson, type JsonValue } from '@confledger/document';
import { LedgerId } from '@confledger/domain';
import type pg from 'pg';
import { auditRowOf, type AuditColumns } from './audit-queries.js';
import { checkpointOf, type CheckpointColumns } from './projection-store.js';
import { loadViews } from './stored-views.js';

type Row = { readonly [column: string]: unknown };
type Difference = Discrepancy['difference'];
type CountedTable = 'audit' | 'versions' | 'activations';

/** Streams compared in one statement at the end. */
const STREAMS_PER_STATEMENT = 50;

export class RowChecker implements Pick<ProjectionStore, 'load' | 'commit'> {
  readonly #client: pg.Client;
  readonly #tables: string;
  readonly #expected = new ReadModelTables();
  /** How many rows each ledger must have in the tables whose rows are not kept. */
  readonly #counts: Record<CountedTable, Map<string, number>> = { audit: new Map(), versions: new Map(), activations: new Map() };
  #discrepancies: Discrepancy[] = [];

  constructor(client: pg.Client, tables: string) {
    this.#client = client;
    this.#tables = tables;
  }

  /** The checkpoint of the tables. */
  async checkpoint(): Promise<Checkpoint> {
    const [row] = await this.#rows<CheckpointColumns>('SELECT * FROM $schema.checkpoint');
    return checkpointOf(row);
  }

  load(streams: readonly string[]): Promise<ReadonlyMap<string, StoredView>> {
    return Promise.resolve(this.#expected.load(streams));
  }

  async commit(batch: ProjectionBatch): Promise<'committed'> {
    await this.#compareAudit(batch);
    await this.#compareVersions(batch);
    await this.#compareActivations(batch);
    this.#expected.apply({ ...batch, audit: [], versions: [], activations: [] });
    return 'committed';
  }

  /** What was found since the last call. */
  takeDiscrepancies(): readonly Discrepancy[] {
    const found = this.#discrepancies;
    this.#discrepancies = [];
    return found;
  }

  report(ledger: string, what: string, difference: Difference): void {
    this.#discrepancies.push({ ledger, what, difference });
  }

  /** Everything that can only be compared when the whole log has passed. `found` is the checkpoint of the tables. */
  async compareRest(found: Checkpoint): Promise<void> {
    const { checkpoint: position, mark } = this.#expected;
    this.#compare('', 'checkpoint', { position, mark }, { ...found });
    await this.#compareStreams();
    await this.#compareTags();
    await this.#compareWhole(
      'environments',
      'environment, ledger, revision, position',
      [...this.#expected.environments.values()].map((row) => ({ ...row })),
      ['environment'],
    );
    const parked = [...this.#expected.parked.values()].map(({ eventId, ...row }) => ({ ...row, event_id: eventId }));
    await this.#compareWhole('parked', 'position, stream, revision, event_id, type, reason', parked, ['position']);
    const streams = [...this.#expected.parkedStreams.values()].map((row) => ({ ...row }));
    await this.#compareWhole('parked_streams', 'stream, revision, position, type, reason', streams, ['stream']);
    for (const table of ['audit', 'versions', 'activations'] as const) await this.#compareCounts(table);
  }

  async #compareAudit({ audit }: ProjectionBatch): Promise<void> {
    if (audit.length === 0) return;
    const columns = `position, stream, revision, version, type, path, before::text AS before, after::text AS after, actor, method, reason, occurred_at,
      command_id, correlation_id, change_set, abandoned, detail::text AS detail, source::text AS source`;
    const found = await this.#rows<AuditColumns>(`SELECT ${columns} FROM $schema.audit WHERE position = ANY($1)`, [
      audit.map(({ position }) => position),
    ]);
    const byPosition = new Map(found.map((row) => [row.position, { ...auditRowOf(row) }]));
    for (const row of audit) {
      const owner = ownerOf({ ...row });
      count(this.#counts.audit, owner);
      this.#compare(owner, `audit row at position ${row.position}`, { ...row }, byPosition.get(String(row.position)));
    }
  }

  async #compareVersions({ versions }: ProjectionBatch): Promise<void> {
    const rows = versions.map((row) => ({
      ledger: row.ledger,
      version: row.version,
      first_revision: row.firstRevision,
      actor: row.actor,
      reason: row.reason,
      occurred_at: row.occurredAt,
      change_count: row.changeCount,
    }));
    await this.#compareKeyed('versions', 'version', rows);
  }

  async #compareActivations({ activations }: ProjectionBatch): Promise<void> {
    const rows = activations.map((row) => ({
      ledger: row.ledger,
      version: row.version,
      activation: row.activation,
      actor: row.actor,
      reason: row.reason,
      occurred_at: row.occurredAt,
      rollback_to: row.rollbackTo,
      previous_activation: row.previousActivation,
      digest: row.digest,
      own: row.own,
      layers: row.layers,
      pinned: row.pinned,
      definition: row.definition,
      restart: row.restart,
      source: row.source,
    }));
    await this.#compareKeyed('activations', 'activation', rows);
  }

  async #compareKeyed(
    table: 'versions' | 'activations',
    key: 'version' | 'activation',
    rows: readonly (Row & { readonly ledger: string })[],
  ): Promise<void> {
    const [first] = rows;
    if (!first) return;
    const columns = Object.keys(first)
      .map((name) => `t.${name}`)
      .join(', ');
    const found = await this.#rows<Row>(
      `SELECT ${columns} FROM $schema.${table} t JOIN unnest($1::text[], $2::bigint[]) AS k(ledger, key) ON t.ledger = k.ledger AND t.${key} = k.key`,
      [rows.map(({ ledger }) => ledger), rows.map((row) => row[key])],
    );
    const byKey = new Map(found.map((row) => [`${String(row['ledger'])} ${String(row[key])}`, texts(row)]));
    for (const row of rows) {
      count(this.#counts[table], row.ledger);
      this.#compare(row.ledger, `${key} ${String(row[key])}`, texts(row), byKey.get(`${row.ledger} ${String(row[key])}`));
    }
  }

  async #compareStreams(): Promise<void> {
    const stored = await this.#rows<{ stream: string }>('SELECT stream FROM $schema.streams');
    const names = [...new Set([...this.#expected.streams.keys(), ...stored.map(({ stream }) => stream)])].sort();
    for (let start = 0; start < names.length; start += STREAMS_PER_STATEMENT) {
      const some = names.slice(start, start + STREAMS_PER_STATEMENT);
      const expected = this.#expected.load(some);
      const found = await loadViews(this.#client, this.#tables, some);
      for (const stream of some) this.#compareStream(stream, expected.get(stream), found.get(stream));
    }
  }

  #compareStream(stream: string, expected: StoredView | undefined, found: StoredView | undefined): void {
    const owner = ownerOf({ stream });
    this.#compare(owner, 'stream row', expected && { ...expected.stream }, found && { ...found.stream });
    this.#compare(
      owner,
      'ledger row',
      expected?.ledger ? { ...expected.ledger } : undefined,
      found?.ledger ? { ...found.ledger } : undefined,
    );
    const foundItems = new Map(found?.items.map((item) => [`${item.of} ${item.path}`, item]));
    for (const item of expected?.items ?? []) {
      const key = `${item.of} ${item.path}`;
      const other = foundItems.get(key);
      foundItems.delete(key);
      this.#compare(owner, `${item.of} item ${item.path}`, { ...item }, other && { ...other });
    }
    for (const item of foundItems.values()) this.#compare(owner, `${item.of} item ${item.path}`, undefined, { ...item });
    this.#compare(owner, 'open change set', { events: expected?.buffered.map(plain) ?? [] }, { events: found?.buffered.map(plain) ?? [] });
  }

  async #compareTags(): Promise<void> {
    const tags = [...this.#expected.tags.values()].flatMap((byName) => [...byName.values()]).map((row) => ({ ...row }));
    await this.#compareWhole('tags', 'ledger, tag, version, revision', tags, ['ledger', 'tag']);
  }

  async #compareWhole(table: string, columns: string, expected: readonly Row[], key: readonly string[]): Promise<void> {
    const keyOf = (row: Row): string => key.map((name) => String(row[name])).join(' ');
    const found = new Map((await this.#rows<Row>(`SELECT ${columns} FROM $schema.${table}`)).map((row) => [keyOf(row), texts(row)]));
    for (const row of expected) {
      const other = found.get(keyOf(row));
      found.delete(keyOf(row));
      this.#compare(ownerOf(row), `${table} row ${keyOf(row)}`, texts(row), other);
    }
    for (const row of found.values()) this.#compare(ownerOf(row), `${table} row ${keyOf(row)}`, undefined, row);
  }

  async #compareCounts(table: CountedTable): Promise<void> {
    const key = table === 'audit' ? 'stream' : 'ledger';
    const rows = await this.#rows<Row>(`SELECT ${key}, count(*) AS count FROM $schema.${table} GROUP BY ${key}`);
    const found = new Map(rows.map((row) => [ownerOf(row), Number(row['count'])]));
    const expected = this.#counts[table];
    for (const owner of new Set([...expected.keys(), ...found.keys()])) {
      const [before, after] = [expected.get(owner) ?? 0, found.get(owner) ?? 0];
      if (before !== after) this.report(owner, `number of rows in ${table}`, { path: '', before, after });
    }
  }

  /** Column by column; a row that only one side has is one discrepancy. */
  #compare(ledger: string, what: string, expected: Row | undefined, found: Row | undefined): void {
    if (expected === undefined || found === undefined) {
      if (expected !== undefined || found !== undefined) {
        this.report(ledger, what, { path: '', ...(expected && { before: plain(expected) }), ...(found && { after: plain(found) }) });
      }
      return;
    }
    for (const column of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      const [before, after] = [plain(expected[column]), plain(found[column])];
      if (textOf(before) === textOf(after)) continue;
      this.report(ledger, what, { path: column, ...(before !== undefined && { before }), ...(after !== undefined && { after }) });
    }
  }

  async #rows<R extends object>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.#client.query<R>(sql.replaceAll('$schema', this.#tables), [...values])).rows;
  }
}

function count(counts: Map<string, number>, ledger: string): void {
  counts.set(ledger, (counts.get(ledger) ?? 0) + 1);
}

/** The ledger that a row is about, or the stream where there is no ledger. */
function ownerOf(row: Row): string {
  const stream = textOfColumn(row['stream']) ?? '';
  return textOfColumn(row['ledger']) ?? LedgerId.ofStream(stream)?.text ?? stream;
}

/** Columns as texts: pg gives bigint as text and timestamps as Date, a fold gives numbers, bigints and ISO text. */
function texts(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOfColumn(value)]));
}

function textOfColumn(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return value;
  return typeof value === 'bigint' ? String(value) : canonicalJson(plain(value));
}

/** As JSON: bigints and dates as texts, without members that are undefined. */
function plain(value: object): JsonValue;
function plain(value: unknown): JsonValue | undefined;
function plain(value: unknown): JsonValue | undefined {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => plain(item) ?? null);
  if (typeof value !== 'object' || value === null) return value as JsonValue | undefined;
  return Object.fromEntries(Object.entries(value).flatMap(([name, member]) => plainMember(name, plain(member))));
}

const plainMember = (name: string, value: JsonValue | undefined): [string, JsonValue][] => (value === undefined ? [] : [[name, value]]);

function textOf(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}
