// Hears of what other processes append: LISTEN tells at once, and a slow poll tells what a lost notification did not.
import { connectClient, dropClient, type PostgresOptions } from '@confledger/postgres';
import type pg from 'pg';

export interface ListenerOptions {
  readonly connection: PostgresOptions;
  /** Name of the channel: the schema, unquoted. */
  readonly channel: string;
  readonly lastPosition: () => Promise<bigint>;
  readonly onPosition: (position: bigint) => void;
  /** Says whether a backend is our own writer: what it notifies of is known already. */
  readonly isOwn: (processId: number) => boolean;
  readonly onFault: (error: unknown) => void;
}

export const POLL_INTERVAL_MS = 1_000;
const RECONNECT_DELAY_MS_FIRST = 50;
const RECONNECT_DELAY_MS_MAX = 5_000;

export class Listener {
  readonly #options: ListenerOptions;
  #client: pg.Client | undefined;
  #connecting: Promise<void> | undefined;
  #poll: NodeJS.Timeout | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #delayMs = RECONNECT_DELAY_MS_FIRST;
  #closed = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Idempotent; called with the first subscription. */
  start(): void {
    if (this.#closed || this.#poll !== undefined) return;
    this.#poll = setInterval(() => void this.#look(), POLL_INTERVAL_MS);
    this.#connect();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#poll);
    clearTimeout(this.#reconnect);
    await this.#connecting;
    if (this.#client !== undefined) dropClient(this.#client);
  }

  #connect(): void {
    this.#connecting = this.#listen().catch((error: unknown) => {
      this.#options.onFault(error);
      this.#connectLater();
    });
  }

  #connectLater(): void {
    if (this.#closed) return;
    clearTimeout(this.#reconnect);
    this.#reconnect = setTimeout(() => this.#connect(), this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, RECONNECT_DELAY_MS_MAX);
  }

  async #listen(): Promise<void> {
    const client = await connectClient(this.#options.connection, (error) => {
      this.#client = undefined;
      this.#options.onFault(error);
      this.#connectLater();
    });
    client.on('notification', ({ processId, payload }) => {
      if (payload !== undefined && !this.#options.isOwn(processId)) this.#options.onPosition(BigInt(payload));
    });
    this.#client = client;
    await client.query(`LISTEN ${client.escapeIdentifier(this.#options.channel)}`);
    this.#delayMs = RECONNECT_DELAY_MS_FIRST;
    if (this.#closed) dropClient(client);
    // Nobody told us of what was committed while we did not listen.
    else await this.#look();
  }

  async #look(): Promise<void> {
    try {
      this.#options.onPosition(await this.#options.lastPosition());
    } catch (error) {
      if (!this.#closed) this.#options.onFault(error);
    }
  }
}
