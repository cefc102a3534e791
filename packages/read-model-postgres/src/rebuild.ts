// Rebuilds the read model from the log into new tables while the old ones serve, then switches to them and drops the old.
// Broken off anywhere before the switch it leaves the old serving; the next rebuild clears away what it left.
import { chunksOf, LogFolder, readLog, type DocumentAt, type EventStore } from '@confledger/application';
import {
  connectClient,
  createPool,
  endClient,
  quotedSchema,
  temporaryLogin,
  tryAdvisoryLock,
  type AdvisoryLock,
  type TemporaryLogin,
} from '@confledger/postgres';
import type pg from 'pg';
import { addGeneration, dropIdleGenerations, generationSchema, ownerOfServing, pointAt, readPointer } from './generations.js';
import { createProjectionStore } from './projection-store.js';
import { READ_MODEL_SCHEMA_DEFAULT, type ReadModelLocation } from './schema.js';
import { inTransaction, patiently } from './transactions.js';

export interface RebuildOptions {
  readonly location: ReadModelLocation;
  readonly events: EventStore;
  readonly documentAt: DocumentAt;
  /** Receives the position reached, after each page of the log. */
  readonly onProgress?: (position: bigint) => void;
  readonly signal?: AbortSignal;
}

/** Another process rebuilds this read model now. */
export class RebuildUnderWay extends Error {
  override readonly name = 'RebuildUnderWay';
}

const PAGE_EVENTS = 1_000;
/** Rounds of catching up before the switch, which folds what is still missing while the projector waits. */
const ROUNDS_MAX = 10;
/** So little may be folded while the old tables stand still. */
const REMAINDER_POSITIONS_MAX = 1_000n;
/** A switch needs a moment without long queries; so short a wait keeps readers from queueing behind it, or deadlocking with it. */
const SWITCH_LOCK_TIMEOUT_MS = 300;
const SWITCH_ATTEMPTS_MAX = 200;
const SWITCH_PAUSE_MS = 100;
const DROP_ATTEMPTS_MAX = 20;

/**
 * Answers the number of the generation that serves now. Rejects with `RebuildUnderWay`, with the abort's reason, and with `RoleUnfit` where
 * the tables belong to another role that the login may not act for.
 */
export async function rebuildReadModel(options: RebuildOptions): Promise<number> {
  const schema = options.location.schema ?? READ_MODEL_SCHEMA_DEFAULT;
  const lock = await tryAdvisoryLock(options.location, `rebuild ${schema}`);
  if (lock === null) throw new RebuildUnderWay('The read model is being rebuilt by another process.');
  try {
    const { location, drop } = await loginOfOwner(options.location, schema);
    try {
      return await rebuildAs({ ...options, location }, schema, lock);
    } finally {
      await drop();
    }
  } finally {
    await lock.release();
  }
}

async function rebuildAs(options: RebuildOptions, schema: string, lock: AdvisoryLock): Promise<number> {
  const { location } = options;
  const client = await connectClient({ applicationName: 'confledger rebuild', ...location });
  const pool = createPool({ applicationName: 'confledger rebuild', connectionsMax: 2, ...location });
  try {
    await inTransaction(client, () => dropIdleGenerations(client, schema));
    const generation = await inTransaction(client, () => addGeneration(client, schema));
    await new Rebuild(options, { schema, generation, client, pool, lock }).run();
    return generation;
  } finally {
    await endClient(client);
    await pool.end();
  }
}

/**
 * A login of the role that the serving tables belong to, the projector's mostly. What takes their place is to belong to it; and what it put
 * into them, such as triggers and views, runs with the rights of whoever rebuilds.
 */
async function loginOfOwner(location: ReadModelLocation, schema: string): Promise<TemporaryLogin<ReadModelLocation>> {
  const client = await connectClient({ applicationName: 'confledger rebuild', ...location });
  try {
    const owner = await ownerOfServing(client, schema);
    const { rows } = await client.query<{ login: string }>('SELECT current_user AS login');
    if (owner === null || owner === rows[0]?.login) return { location, drop: () => Promise.resolve() };
    return await temporaryLogin(location, owner);
  } finally {
    await endClient(client);
  }
}

interface RebuildContext {
  readonly schema: string;
  readonly generation: number;
  readonly client: pg.Client;
  readonly pool: pg.Pool;
  readonly lock: AdvisoryLock;
}

class Rebuild {
  readonly #options: RebuildOptions;
  readonly #context: RebuildContext;
  readonly #folder: LogFolder;

  constructor(options: RebuildOptions, context: RebuildContext) {
    const { pool, schema, generation } = context;
    this.#options = options;
    this.#context = context;
    const store = createProjectionStore({ pool, schema, generation, serving: false });
    this.#folder = new LogFolder({ store, documentAt: options.documentAt, at: 0n });
  }

  async run(): Promise<void> {
    // Each round folds what was written during the one before; the last, short one is left for the switch.
    for (let round = 1; round <= ROUNDS_MAX; round += 1) {
      const end = await this.#options.events.lastPosition();
      if (end - this.#folder.position <= REMAINDER_POSITIONS_MAX && round > 1) break;
      await this.#foldTo(end);
    }
    await this.#patiently(SWITCH_ATTEMPTS_MAX, () => this.#switch());
    // What cannot be dropped now (a long query reads it still) is dropped by the next rebuild.
    await this.#patiently(DROP_ATTEMPTS_MAX, () => this.#dropOld()).catch(() => undefined);
  }

  async #foldTo(end: bigint): Promise<void> {
    if (this.#folder.position >= end) return;
    for await (const page of readLog(this.#options.events, this.#folder.position, PAGE_EVENTS)) {
      for (const chunk of chunksOf(page)) {
        this.#options.signal?.throwIfAborted();
        this.#context.lock.lost.throwIfAborted();
        if ((await this.#folder.push(chunk)) === 'superseded') throw new Error('Another process wrote into the tables of this rebuild.');
      }
      this.#options.onProgress?.(this.#folder.position);
      if ((page.at(-1)?.position ?? 0n) >= end) break;
    }
    if ((await this.#folder.flush()) === 'superseded') throw new Error('Another process wrote into the tables of this rebuild.');
  }

  /** The pointer's row is locked first: from there on the old tables stand still, and what is missing is little. */
  async #switch(): Promise<void> {
    const { client, schema, generation } = this.#context;
    await inTransaction(client, async () => {
      await client.query(`SET LOCAL lock_timeout = ${SWITCH_LOCK_TIMEOUT_MS}; SELECT 1 FROM ${quotedSchema(schema)}.read_model FOR UPDATE`);
      const serving = await readPointer(client, schema);
      if (serving !== null) await this.#foldTo(await this.#positionOf(serving.generation));
      await pointAt(client, schema, generation);
    });
  }

  async #dropOld(): Promise<void> {
    const { client, schema } = this.#context;
    await inTransaction(client, async () => {
      await client.query(`SET LOCAL lock_timeout = ${SWITCH_LOCK_TIMEOUT_MS}`);
      await dropIdleGenerations(client, schema);
    });
  }

  async #positionOf(generation: number): Promise<bigint> {
    const { client, schema } = this.#context;
    const tables = quotedSchema(generationSchema(schema, generation));
    const { rows } = await client.query<{ position: string }>(`SELECT position FROM ${tables}.checkpoint`);
    return BigInt(rows[0]?.position ?? '0');
  }

  #patiently(attemptsMax: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#options;
    return patiently({ attemptsMax, pauseMs: SWITCH_PAUSE_MS, ...(signal && { signal }) }, work);
  }
}
