// The quick way in: one prepared INSERT at the position and behind the revisions that the writer knows. It writes everything or nothing, and
// nothing at all where somebody else wrote or is about to: the functions of the schema find out what happened then.
import { advisoryKey } from '@confledger/postgres';
import type pg from 'pg';
import { eventColumns, placesOf, type Value } from './flush-columns.js';
import type { AppendGroup } from './pending-appends.js';
import { textArray } from './text-array.js';

/**
 * Inserts groups behind a position, on the connection that it is handed. True: committed. False: nothing was written, because the log or one
 * of the streams ends elsewhere, or another writer holds the lock. Rejects with what pg rejects with, and without an answer within `timeoutMs`.
 */
export type Inserter = (client: pg.Client, after: bigint, groups: readonly AppendGroup[], timeoutMs: number) => Promise<boolean>;

/** So many events of one stream have a statement of their own, without arrays: 60 µs less. A value that goes live is two events. */
const FEW_EVENTS_MAX = 3;

/** The server found that an event stands there already: another writer was quicker than the check. */
const UNIQUE_VIOLATION = '23505';

/** `wakesOthers`: whether those who listen in other processes are notified, as the functions do. `schema` is quoted. */
export function createInserter(schema: string, wakesOthers: boolean): Inserter {
  const told = wakesOthers ? (text: string) => notifying(schema, text) : (text: string) => text;
  const few = Array.from({ length: FEW_EVENTS_MAX }, (_, index) => told(insertFew(schema, index + 1)));
  const many = told(insertMany(schema));
  return async (client, after, groups, timeoutMs) => {
    const [group] = groups;
    const count = group === undefined || groups.length > 1 ? 0 : group.end - group.expectedRevision;
    const text = few[count - 1];
    const statement =
      group === undefined || text === undefined
        ? { name: 'insert-many', text: many, values: valuesOfMany(after, groups) }
        : { name: `insert-${count}`, text, values: valuesOfFew(after, group) };
    try {
      return (await run(client, statement, timeoutMs)) > 0;
    } catch (error) {
      if ((error as { readonly code?: string }).code === UNIQUE_VIOLATION) return false;
      throw error;
    }
  };
}

/**
 * True where no other writer holds the lock of appends: it is ours until the commit then. It is asked for and not waited for, because the
 * statement would go on with what it saw before. A newcomer between that and the lock is refused by the primary key.
 */
const isAlone = (schema: string): string => `(SELECT pg_try_advisory_xact_lock(${advisoryKey(`append ${schema}`)}))`;

const COLUMNS = 'position, stream, revision, id, type, data, metadata';

/** Events of one stream, as a single client writes them. */
const insertFew = (schema: string, count: number): string => `
INSERT INTO ${schema}.events (${COLUMNS})
SELECT $1::bigint + n.number, $2::text, $3::bigint + n.number, n.id, n.type, n.data, n.metadata
FROM (VALUES ${Array.from({ length: count }, (_, index) => rowOf(index)).join(', ')}) AS n(number, id, type, data, metadata)
WHERE ${isAlone(schema)}
  AND (SELECT coalesce(max(e.position), 0) FROM ${schema}.events e) = $1
  AND (SELECT coalesce(max(e.revision), -1) FROM ${schema}.events e WHERE e.stream = $2) = $3`;

/** The parameters of an event behind the three that all share. */
function rowOf(index: number): string {
  const first = 4 + 4 * index;
  return `(${index + 1}::bigint, $${first}::uuid, $${first + 1}::text, $${first + 2}::text, $${first + 3}::text)`;
}

const insertMany = (schema: string): string => `
INSERT INTO ${schema}.events (${COLUMNS})
SELECT $1::bigint + n.number, n.stream, n.revision, n.id, n.type, n.data, n.metadata
FROM unnest($2::text[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[]) WITH ORDINALITY
  AS n(stream, revision, id, type, data, metadata, number)
WHERE ${isAlone(schema)}
  AND (SELECT coalesce(max(e.position), 0) FROM ${schema}.events e) = $1
  AND NOT EXISTS (
    SELECT FROM unnest($8::text[], $9::bigint[]) AS g(stream, expected)
    WHERE coalesce((SELECT max(e.revision) FROM ${schema}.events e WHERE e.stream = g.stream), -1) <> g.expected)`;

const notifying = (schema: string, insert: string): string => `
WITH inserted AS (${insert} RETURNING position)
SELECT pg_notify('${schema.replaceAll('"', '')}', max(position)::text) FROM inserted HAVING count(*) > 0`;

function valuesOfFew(after: bigint, { stream, expectedRevision, appends }: AppendGroup): Value[] {
  const values: Value[] = [String(after), stream, String(expectedRevision)];
  for (const { events } of appends) for (const { id, type, data, metadata } of events) values.push(id, type, data, metadata);
  return values;
}

function valuesOfMany(after: bigint, groups: readonly AppendGroup[]): Value[] {
  const { streams, revisions } = placesOf(groups);
  const expected = groups.map((group) => group.expectedRevision);
  return [
    String(after),
    textArray(streams),
    `{${revisions.join(',')}}`,
    ...eventColumns(groups),
    textArray(groups.map(({ stream }) => stream)),
    `{${expected.join(',')}}`,
  ];
}

/** The number of rows that the command's tag names. */
function run(client: pg.Client, prepared: Prepared, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    client.query(new Statement(prepared, timeoutMs, (error, count) => (error === null ? resolve(count) : reject(error))));
  });
}

interface Prepared {
  readonly name: string;
  readonly text: string;
  readonly values: readonly Value[];
}

/** What of pg's connection a statement uses; its typings leave it out. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Readonly<Record<string, string>>;
  parse(statement: { readonly name: string; readonly text: string; readonly types: readonly number[] }): void;
  bind(values: { readonly statement: string; readonly values: readonly Value[] }): void;
  execute(): void;
  sync(): void;
}

/**
 * A prepared statement of which nothing is read but its tag: pg's own asks the server for the columns of the answer and makes an object of
 * it, which costs 0.1 ms where the machine was idle before. Implements what pg calls a submittable, as pg-cursor does.
 */
class Statement {
  readonly name: string;
  readonly text: string;
  /** Milliseconds; pg gives the statement up then. */
  readonly query_timeout: number;
  readonly #values: readonly Value[];
  /** pg puts its own around it, which stops the clock of its time limit. */
  callback: (error: Error | null, count: number) => void;
  #count = 0;

  constructor({ name, text, values }: Prepared, timeoutMs: number, callback: Statement['callback']) {
    this.name = name;
    this.text = text;
    this.query_timeout = timeoutMs;
    this.#values = values;
    this.callback = callback;
  }

  submit(connection: object): void {
    const wire = connection as Wire;
    wire.stream.cork();
    try {
      if (wire.parsedStatements[this.name] === undefined) wire.parse({ name: this.name, text: this.text, types: [] });
      wire.bind({ statement: this.name, values: this.#values });
      wire.execute();
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#count = Number(text.slice(text.lastIndexOf(' ') + 1));
  }

  /** Of the server, or of the connection: nothing else is called afterwards. */
  handleError(error: Error): void {
    this.callback(error, 0);
  }

  handleReadyForQuery(): void {
    this.callback(null, this.#count);
  }

  handleDataRow(): void {}
  handleRowDescription(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}
