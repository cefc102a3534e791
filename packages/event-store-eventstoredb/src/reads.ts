// Pages of a stream and of the whole log, from whichever server serves them: a server that fails is left, and the next one is asked.
import { setTimeout as pause } from 'node:timers/promises';
import type { ReadDirection, StoredEvent } from '@confledger/application';
import { Backoff } from '@confledger/backoff';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { Connection } from './connection.js';
import { mayPass, NoAnswer, unavailable } from './failures.js';
import { allRequest, streamRequest } from './messages.js';
import { readPage, type PageRequest } from './page.js';
import type { ServerNode } from './server-node.js';
import type { StreamNames } from './stream-names.js';

const RETRY_DELAY_MS_FIRST = 50;
const RETRY_DELAY_MS_MAX = 1_000;

export interface ReadsOptions {
  readonly connection: Connection;
  readonly names: StreamNames;
  /** How long a read may take, finding a server and all attempts included; a filtered page may search for longer. */
  readonly readTimeoutMs: number;
  /** How long one server may be silent before the next one is asked. */
  readonly silenceTimeoutMs: number;
}

export class Reads {
  readonly #options: ReadsOptions;

  constructor(options: ReadsOptions) {
    this.#options = options;
  }

  /** From the leader, so that everything acknowledged before is in it. Rejects with `EventStoreUnavailable` after `timeoutMs`. */
  stream(
    name: string,
    from: number | undefined,
    direction: ReadDirection,
    limit: number,
    timeoutMs = this.#options.readTimeoutMs,
  ): Promise<StoredEvent[]> {
    return this.#page(streamRequest(name, from, direction, limit), { requiresLeader: true }, timeoutMs);
  }

  /** The event at a revision, from one server that is not used for anything else yet; null when it is not there. */
  async placeOn(node: ServerNode, name: string, revision: number): Promise<StoredEvent | null> {
    const { names, silenceTimeoutMs } = this.#options;
    const request = streamRequest(name, revision, 'forwards', 1);
    const [event] = await readPage(node, names, { request, requiresLeader: true, silenceMsMax: silenceTimeoutMs });
    return event ?? null;
  }

  /** Our events behind a position. The server filters, so that a page is full wherever that many of our events follow. */
  async all(after: bigint, limit: number): Promise<StoredEvent[]> {
    const { prefixes } = this.#options.names;
    // A read begins at its position, inclusive; the event there is ours, because we gave out its position, and one too many.
    const request = after === 0n ? allRequest(prefixes, 'start', limit) : allRequest(prefixes, after, limit + 1);
    try {
      const events = await this.#page(request, { requiresLeader: false, full: Number(request.getOptions()?.getCount()) });
      return events.filter((event) => event.position > after).slice(0, limit);
    } catch (error) {
      // Positions are places in a file. One behind our newest event that no read returned may be in the middle of another system's event.
      if (isInvalidPosition(error) && (await this.lastPosition()) <= after) return [];
      throw error;
    }
  }

  /** Positions are places in a file: the servers refuse one at which no event begins. */
  async at(position: bigint): Promise<StoredEvent | null> {
    if (position > (await this.lastPosition())) return null;
    try {
      const [event] = await this.#page(allRequest(this.#options.names.prefixes, position, 1), { requiresLeader: true, full: 1 });
      return event?.position === position ? event : null;
    } catch (error) {
      if (isInvalidPosition(error)) return null;
      throw error;
    }
  }

  /**
   * The position of our newest event, not of the log's: only so can the lag of a projector, which is fed our events only, become 0.
   * From the leader. The cost is that of the strangers' events behind our newest one.
   */
  async lastPosition(): Promise<bigint> {
    const [newest] = await this.#page(allRequest(this.#options.names.prefixes, 'end', 1), { requiresLeader: true, full: 1 });
    return newest?.position ?? 0n;
  }

  async #page(
    request: streamsPb.ReadReq,
    page: Pick<PageRequest, 'requiresLeader' | 'full'>,
    timeoutMs = this.#options.readTimeoutMs,
  ): Promise<StoredEvent[]> {
    const { connection, names, silenceTimeoutMs } = this.#options;
    const deadlineMs = performance.now() + timeoutMs;
    const backoff = new Backoff(RETRY_DELAY_MS_FIRST, RETRY_DELAY_MS_MAX);
    for (;;) {
      let node: ServerNode | undefined;
      let begunMs = performance.now();
      try {
        node = await connection.node({ timeoutMs: Math.max(deadlineMs - begunMs, 0) });
        begunMs = performance.now();
        const silenceMsMax = Math.max(Math.min(silenceTimeoutMs, deadlineMs - begunMs), 0);
        const events = await readPage(node, names, { ...page, request, silenceMsMax }).finally(connection.watchAnswer(node));
        connection.accepted(node);
        return events;
      } catch (error) {
        if (isInvalidPosition(error)) throw unavailable('The event store cannot be read', error);
        // A server that had less time than others, because the read was nearly over, has not failed.
        const hadTime = !(error instanceof NoAnswer) || deadlineMs - begunMs >= silenceTimeoutMs;
        if (node !== undefined && hadTime) connection.failed(node, error);
        const mayGoOn = node !== undefined && (error instanceof NoAnswer || mayPass(error));
        if (!mayGoOn || performance.now() >= deadlineMs) throw unavailable('The event store cannot be read', error);
      }
      await pause(Math.min(backoff.nextMs(), Math.max(deadlineMs - performance.now(), 0)));
    }
  }
}

/** Servers say it as INVALID_ARGUMENT with a sentence, or as UNKNOWN with the name of their inner result. */
function isInvalidPosition(error: unknown): boolean {
  return error instanceof Error && /invalid ?position|FilteredReadAllResult/i.test(error.message);
}
