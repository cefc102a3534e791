// Sends one flush to the database: one statement, one round trip, one commit.
import { connectClient, dropClient, endClient, type PostgresOptions, SILENCE_MS_MAX, within } from '@confledger/postgres';
import type pg from 'pg';
import type { AppendGroup } from './pending-appends.js';
import { textArray } from './text-array.js';

/** What became of one group of a flush. */
export interface GroupAnswer {
  readonly group: AppendGroup;
  /** Where its stream ended before: it was written when that is what it expected. */
  readonly head: number;
  /** The position before its first event. Its events follow without gap, and then those of the next group that was written. */
  readonly before: bigint;
}

export interface Writer {
  /** Makes the connection when there is none; rejects when that fails, and then nothing was sent. */
  connect(): Promise<void>;
  /** Answers for each group. Rejects with what pg rejects with, or `SilentServer` after `timeoutMs`; the connection is gone then. */
  flush(groups: readonly AppendGroup[], timeoutMs: number): Promise<GroupAnswer[]>;
  /** Process id of the backend that writes; notifications from it are our own. */
  readonly processId: number | null;
  close(): Promise<void>;
}

export interface WriterOptions extends PostgresOptions {
  /** Bounds one attempt, the wait for the lock included. */
  readonly statementTimeoutMs: number;
  /** Whether other processes are notified of what was written. */
  readonly wakesOthers: boolean;
  /** Looks at the log on each new connection; when it rejects, nothing is sent. */
  readonly check?: (client: pg.ClientBase) => Promise<void>;
}

/** A writer on a connection of its own. */
export function createWriter(options: WriterOptions, schema: string): Writer {
  const many = `SELECT before, heads FROM ${schema}.append($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
  const one = `SELECT before, ARRAY[head] AS heads FROM ${schema}.append_stream($1, $2, $3, $4, $5, $6, $7)`;
  let client: pg.Client | undefined;
  let processId: number | null = null;

  const drop = (lost: pg.Client): void => {
    dropClient(lost);
    if (client === lost) {
      client = undefined;
      processId = null;
    }
  };

  return {
    async connect() {
      if (client !== undefined) return;
      const made: pg.Client = await connectClient(options, () => drop(made));
      try {
        await options.check?.(made);
      } catch (error) {
        dropClient(made);
        throw error;
      }
      client = made;
      processId = processIdOf(made);
    },
    async flush(groups, timeoutMs) {
      if (client === undefined) throw new Error('The writer is not connected.');
      const used = client;
      try {
        const [group] = groups;
        const query =
          group !== undefined && groups.length === 1
            ? { name: 'append-stream', text: one, values: [group.stream, group.expectedRevision, ...eventColumns(groups)] }
            : { name: 'append', text: many, values: flushValues(groups) };
        query.values.push(options.wakesOthers);
        const work = used.query<{ before: string; heads: string[] }>(query);
        const { rows } = await within(Math.min(timeoutMs, options.statementTimeoutMs + SILENCE_MS_MAX), work);
        return groupAnswers(groups, rows[0]);
      } catch (error) {
        drop(used);
        throw error;
      }
    },
    get processId() {
      return processId;
    },
    async close() {
      const open = client;
      client = undefined;
      if (open !== undefined) await endClient(open);
    },
  };
}

function groupAnswers(
  groups: readonly AppendGroup[],
  row: { readonly before: string; readonly heads: readonly string[] } | undefined,
): GroupAnswer[] {
  let before = BigInt(row?.before ?? 0);
  return groups.map((group, index) => {
    const head = row?.heads[index];
    if (head === undefined) throw new Error('The append function did not answer for every group.');
    const answer = { group, head: Number(head), before };
    if (answer.head === group.expectedRevision) before += BigInt(group.end - group.expectedRevision);
    return answer;
  });
}

/** Ids, types, data and metadata of all events, in order. */
function eventColumns(groups: readonly AppendGroup[]): unknown[] {
  const events = groups.flatMap((group) => group.appends.flatMap((append) => append.events));
  return [
    events.map((event) => event.id),
    events.map((event) => event.type),
    textArray(events.map((event) => event.data)),
    textArray(events.map((event) => event.metadata)),
  ];
}

function flushValues(groups: readonly AppendGroup[]): unknown[] {
  const groupOf: number[] = [];
  const revisions: number[] = [];
  groups.forEach(({ expectedRevision, end }, index) => {
    for (let revision = expectedRevision + 1; revision <= end; revision += 1) {
      groupOf.push(index + 1);
      revisions.push(revision);
    }
  });
  return [groups.map((group) => group.stream), groups.map((group) => group.expectedRevision), groupOf, revisions, ...eventColumns(groups)];
}

/** pg's typings leave it out. */
function processIdOf(client: pg.Client): number | null {
  return (client as pg.Client & { readonly processID?: number | null }).processID ?? null;
}
