// Sends one flush to the database: one statement, one round trip, one commit. Where nobody else seems to write it is a bare insert, which
// takes half the time of the functions; they answer whenever the insert does not.
import { connectClient, dropClient, endClient, type PostgresOptions, SILENCE_MS_MAX, within } from '@confledger/postgres';
import type pg from 'pg';
import { allWritten, createFunctions, type FlushAnswer, type GroupAnswer } from './functions.js';
import { createInserter } from './insert.js';
import { KnownEnd } from './known-end.js';
import type { AppendGroup } from './pending-appends.js';

export interface Writer {
  /** Makes the connection when there is none; rejects when that fails, and then nothing was sent. */
  connect(): Promise<void>;
  /** Answers for each group. Rejects with what pg rejects with, or `SilentServer` after `timeoutMs`; the connection is gone then. */
  flush(groups: readonly AppendGroup[], timeoutMs: number): Promise<readonly GroupAnswer[]>;
  /** The log may be another one: what is known of its end counts no longer. */
  doubt(): void;
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
  const append = createFunctions(schema, options.wakesOthers);
  const insert = createInserter(schema, options.wakesOthers);
  const known = new KnownEnd();
  let client: pg.Client | undefined;
  let processId: number | null = null;

  const drop = (lost: pg.Client): void => {
    dropClient(lost);
    if (client === lost) {
      client = undefined;
      processId = null;
      known.forget();
    }
  };

  const write = async (used: pg.Client, groups: readonly AppendGroup[], timeoutMs: number): Promise<FlushAnswer> => {
    const { position } = known;
    if (position !== null) {
      if (await insert(used, position, groups, timeoutMs)) return allWritten(groups, position);
      known.disturbed();
    }
    return within(timeoutMs, append(used, groups));
  };

  return {
    async connect() {
      if (client !== undefined) return;
      const made: pg.Client = await connectClient(options, () => drop(made));
      try {
        await prepareSession(made);
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
        const answer = await write(used, groups, Math.min(timeoutMs, options.statementTimeoutMs + SILENCE_MS_MAX));
        if (client === used) known.moved(answer.before, answer.end);
        return answer.groups;
      } catch (error) {
        drop(used);
        throw error;
      }
    },
    doubt: () => known.forget(),
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

/** Statements are planned once (each planning costs more than the insert itself), and for a big table also while it is still empty. */
async function prepareSession(client: pg.Client): Promise<void> {
  await within(SILENCE_MS_MAX, client.query('SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off'));
}

/** pg's typings leave it out. */
function processIdOf(client: pg.Client): number | null {
  return (client as pg.Client & { readonly processID?: number | null }).processID ?? null;
}
