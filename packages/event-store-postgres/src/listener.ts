// Notices what other processes append: at once by LISTEN, and by a slow poll where a notification was lost.
import { Backoff } from '@confledger/backoff';
import { connectClient, dropClient, type PostgresOptions, within } from '@confledger/postgres';
import type pg from 'pg';

export interface ListenerOptions {
  readonly connection: PostgresOptions;
  /** The schema, unquoted: also the name of the channel. */
  readonly schema: string;
  readonly onPosition: (position: bigint) => void;
  /** Says whether a backend is our own writer: what it notifies of is known already. */
  readonly isOwn: (processId: number) => boolean;
  readonly onFault: (error: unknown) => void;
}

export const POLL_INTERVAL_MS = 1_000;
/** A connection that leaves a poll unanswered for this long is given up. */
const ANSWER_MS_MAX = 2_000;
const RECONNECT_DELAY_MS_FIRST = 50;
const RECONNECT_DELAY_MS_MAX = 2_000;

export class Listener {
  readonly #options: ListenerOptions;
  #client: pg.Client | undefined;
  #listening: Promise<void> | undefined;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Idempotent; called with each subscription. Goes on until `close`. */
  start(): void {
    if (!this.#closed) this.#listening ??= this.#keepListening();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#lose();
    await this.#listening;
  }

  async #keepListening(): Promise<void> {
    const backoff = new Backoff(RECONNECT_DELAY_MS_FIRST, RECONNECT_DELAY_MS_MAX);
    while (!this.#closed) {
      try {
        const client = await this.#listen();
        backoff.reset();
        // The first poll finds what was committed before LISTEN.
        while (!this.#closed && this.#client === client) {
          await this.#look(client);
          await this.#pause(POLL_INTERVAL_MS);
        }
      } catch (error) {
        this.#lose();
        if (this.#closed) break;
        this.#options.onFault(error);
        await this.#pause(backoff.nextMs());
      }
    }
    this.#lose();
  }

  async #listen(): Promise<pg.Client> {
    const client: pg.Client = await connectClient(this.#options.connection, (error) => {
      this.#options.onFault(error);
      this.#lose();
    });
    this.#client = client;
    client.on('notification', ({ processId, payload }) => {
      if (payload !== undefined && !this.#options.isOwn(processId)) this.#options.onPosition(BigInt(payload));
    });
    await within(ANSWER_MS_MAX, client.query(`LISTEN ${client.escapeIdentifier(this.#options.schema)}`));
    return client;
  }

  async #look(client: pg.Client): Promise<void> {
    const text = `SELECT coalesce(max(position), 0) AS last FROM ${client.escapeIdentifier(this.#options.schema)}.events`;
    const { rows } = await within(ANSWER_MS_MAX, client.query<{ last: string }>(text));
    this.#options.onPosition(BigInt(rows[0]?.last ?? 0));
  }

  /** Ends the connection, if there is one, and the pause under way. */
  #lose(): void {
    if (this.#client !== undefined) dropClient(this.#client);
    this.#client = undefined;
    this.#wake?.();
  }

  #pause(delayMs: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
