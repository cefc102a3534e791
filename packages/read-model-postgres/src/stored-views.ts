// Reads back what the tables hold of streams, so that a projector that starts need not read the log from its beginning.
import type { ItemWrite, LedgerWrite, StoredEvent, StoredView, StreamWrite } from '@confledger/application';
import { parseJsonText, type JsonValue } from '@confledger/document';
import { LedgerId, type Layer } from '@confledger/domain';
import type pg from 'pg';
import { instantOf, numberOf, pinOf, type PinColumns } from './columns.js';

type Client = pg.Pool | pg.ClientBase;

interface StreamColumns {
  readonly stream: string;
  readonly revision: string;
  readonly hash: string | null;
  readonly parked_at: string | null;
}

interface LedgerColumns extends PinColumns {
  readonly ledger: string;
  readonly is_there: boolean;
  readonly latest: string | null;
  readonly active: string | null;
  readonly activation: string | null;
  readonly pending: string;
  readonly digest: string;
  readonly active_digest: string | null;
  readonly activated_at: Date | null;
  readonly active_own: string | null;
  readonly layers: readonly Layer[];
  readonly definition: string | null;
  readonly schema_revision: string | null;
  readonly retired: boolean;
  readonly updated_at: Date | null;
  readonly parked_at: string | null;
}

/** `schema` is the generation's, quoted. A stream without a row is not in the answer. */
export async function loadViews(client: Client, schema: string, streams: readonly string[]): Promise<Map<string, StoredView>> {
  const views = new Map<string, StoredView>();
  if (streams.length === 0) return views;
  const { rows } = await client.query<StreamColumns>(`SELECT * FROM ${schema}.streams WHERE stream = ANY($1)`, [streams]);
  // A new stream, by far the most frequent reason to come here, is known by its absence.
  if (rows.length === 0) return views;
  const open = await openEventsOf(
    client,
    schema,
    rows.map(({ stream }) => stream),
  );
  const names = rows.flatMap(({ stream }) => LedgerId.ofStream(stream)?.text ?? []);
  const ledgers =
    names.length === 0 ? NO_LEDGERS : { rows: await ledgersOf(client, schema, names), items: await itemsOf(client, schema, names) };
  for (const columns of rows) {
    const ledger = LedgerId.ofStream(columns.stream)?.text ?? '';
    views.set(columns.stream, {
      stream: streamOf(columns),
      ledger: ledgers.rows.get(ledger) ?? null,
      items: ledgers.items.get(ledger) ?? [],
      buffered: open.get(columns.stream) ?? [],
    });
  }
  return views;
}

const NO_LEDGERS = { rows: new Map<string, LedgerWrite>(), items: new Map<string, ItemWrite[]>() };

function streamOf({ stream, revision, hash, parked_at: parkedAt }: StreamColumns): StreamWrite {
  return { stream, revision: Number(revision), hash, parkedAt: positionOf(parkedAt) };
}

async function ledgersOf(client: Client, schema: string, names: readonly string[]): Promise<Map<string, LedgerWrite>> {
  const { rows } = await client.query<LedgerColumns>(`SELECT * FROM ${schema}.ledgers WHERE ledger = ANY($1)`, [names]);
  return new Map(rows.map((columns) => [columns.ledger, ledgerOf(columns)]));
}

function ledgerOf(columns: LedgerColumns): LedgerWrite {
  return {
    ledger: columns.ledger,
    exists: columns.is_there,
    latest: numberOf(columns.latest),
    active: numberOf(columns.active),
    activation: numberOf(columns.activation),
    activatedAt: columns.activated_at === null ? null : instantOf(columns.activated_at),
    pending: Number(columns.pending),
    digest: columns.digest,
    activeDigest: columns.active_digest,
    activeOwn: columns.active_own,
    layers: columns.layers,
    pinned: pinOf(columns),
    definition: numberOf(columns.definition),
    schemaRevision: numberOf(columns.schema_revision),
    retired: columns.retired,
    updatedAt: columns.updated_at === null ? null : instantOf(columns.updated_at),
    parkedAt: positionOf(columns.parked_at),
  };
}

async function itemsOf(client: Client, schema: string, names: readonly string[]): Promise<Map<string, ItemWrite[]>> {
  const { rows } = await client.query<{ ledger: string; of: 'head' | 'active'; path: string; revision: string; value: string }>(
    `SELECT ledger, of, path, revision, value::text AS value FROM ${schema}.items WHERE ledger = ANY($1)`,
    [names],
  );
  const items = new Map<string, ItemWrite[]>();
  for (const { ledger, of, path, revision, value } of rows)
    listOf(items, ledger).push({ ledger, of, path, revision: Number(revision), value: parseJsonText(value) as JsonValue });
  return items;
}

async function openEventsOf(client: Client, schema: string, streams: readonly string[]): Promise<Map<string, StoredEvent[]>> {
  const { rows } = await client.query<{ [K in keyof StoredEvent]: string }>(
    `SELECT revision, position, stream, id, type, data, metadata FROM ${schema}.open_events WHERE stream = ANY($1) ORDER BY stream, revision`,
    [streams],
  );
  const events = new Map<string, StoredEvent[]>();
  for (const { revision, position, ...event } of rows)
    listOf(events, event.stream).push({ ...event, revision: Number(revision), position: BigInt(position) });
  return events;
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

function positionOf(column: string | null): bigint | null {
  return column === null ? null : BigInt(column);
}
