// Waits until the projector has reached a position: woken by its NOTIFY, with a slow poll of the table for what was missed. Connects and
// polls only while a request waits.
import { connectClient, dropClient, type PostgresOptions } from '@confledger/postgres';
import type pg from 'pg';

export interface PositionWatchOptions {
  readonly location: PostgresOptions;
  /** Name of the channel: the fixed schema, unquoted. */
  readonly channel: string;
  readonly position: () => Promise<bigint>;
}

/** Interval between two polls of the table while a request waits. */
export const LOOK_INTERVAL_MS = 250;

interface Waiter {
  readonly position: bigint;
  readonly settle: (reached: boolean) => void;
}

export class PositionWatch {
  readonly #options: PositionWatchOptions;
  readonly #waiters = new Set<Waiter>();
  /** What was heard on the connection that listens now; a lost one proves nothing any more. */
  #heard = 0n;
  #client: pg.Client | undefined;
  #connecting: Promise<void> | undefined;
  #looking: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PositionWatchOptions) {
    this.#options = options;
  }

  async waitFor(position: bigint, timeoutMs: number): Promise<boolean> {
    if (this.#heard >= position) return true;
    if ((await this.#options.position()) >= position) return true;
    if (this.#closed || timeoutMs <= 0) return false;
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.settle(false), timeoutMs);
      const waiter: Waiter = {
        position,
        settle: (reached) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          if (this.#waiters.size === 0) clearInterval(this.#looking);
          resolve(reached);
        },
      };
      this.#waiters.add(waiter);
      if (this.#waiters.size === 1) this.#looking = setInterval(() => void this.#look(), LOOK_INTERVAL_MS);
      this.#listen();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of [...this.#waiters]) waiter.settle(false);
    await this.#connecting;
    if (this.#client !== undefined) dropClient(this.#client);
  }

  #listen(): void {
    if (this.#closed || this.#client !== undefined) return;
    // A fault here costs milliseconds only: the poll of the table finds what was missed.
    this.#connecting ??= this.#connect()
      .catch(() => undefined)
      .finally(() => (this.#connecting = undefined));
  }

  async #connect(): Promise<void> {
    const client = await connectClient(this.#options.location, () => this.#lose());
    client.on('notification', ({ payload }) => {
      if (payload !== undefined) this.#hear(BigInt(payload));
    });
    this.#client = client;
    await client.query(`LISTEN ${client.escapeIdentifier(this.#options.channel)}`);
    // There was no notification of what was committed before LISTEN.
    await this.#look();
  }

  #lose(): void {
    this.#client = undefined;
    this.#heard = 0n;
    if (this.#waiters.size > 0) this.#listen();
  }

  #hear(position: bigint): void {
    this.#heard = position;
    this.#answer(position);
  }

  #answer(position: bigint): void {
    for (const waiter of [...this.#waiters]) if (waiter.position <= position) waiter.settle(true);
  }

  async #look(): Promise<void> {
    this.#listen();
    try {
      this.#answer(await this.#options.position());
    } catch {
      // The next look, or the waiter's own time limit, comes soon enough.
    }
  }
}
