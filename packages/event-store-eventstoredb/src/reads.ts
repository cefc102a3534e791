// Pages of a stream and of the whole log. Each is tried again when a leader changed or a connection broke.
import { setTimeout as pause } from 'node:timers/promises';
import type { ReadDirection, StoredEvent } from '@confledger/application';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { Connection, ReadStream } from './connection.js';
import { mayPass, NoAnswer, unavailable, within } from './failures.js';
import { allRequest, storedEvent, streamRequest } from './messages.js';
import type { StreamNames } from './stream-names.js';

/** So many times as long as another read a filtered page may be silent: a server says nothing on its way through strangers' events. */
export const SEARCH_PATIENCE = 12;
const ATTEMPTS_MAX = 3;
const RETRY_DELAY_MS = 50;

export class Reads {
  readonly #connection: Connection;
  readonly #names: StreamNames;
  readonly #timeoutMs: number;

  constructor(connection: Connection, names: StreamNames, timeoutMs: number) {
    this.#connection = connection;
    this.#names = names;
    this.#timeoutMs = timeoutMs;
  }

  /** From the leader, so that everything acknowledged before is in it. */
  async stream(name: string, from: number | undefined, direction: ReadDirection, limit: number): Promise<StoredEvent[]> {
    return this.#page(streamRequest(name, from, direction, limit), { requiresLeader: true });
  }

  /** Our events behind a position. The server filters, so that a page is full wherever so many of our events follow. */
  async all(after: bigint, limit: number): Promise<StoredEvent[]> {
    // A read begins at its position, inclusive; the event there is ours, because we gave out its position, and one too many.
    const request = after === 0n ? allRequest(this.#names.prefixes, 'start', limit) : allRequest(this.#names.prefixes, after, limit + 1);
    try {
      const events = await this.#page(request, { requiresLeader: false, full: Number(request.getOptions()?.getCount()) });
      return events.filter((event) => event.position > after).slice(0, limit);
    } catch (error) {
      // Positions are places in a file. One behind our newest event that was given out by nobody may be the middle of a stranger's.
      if (isInvalidPosition(error) && (await this.lastPosition()) <= after) return [];
      throw error;
    }
  }

  /**
   * The position of our newest event, not of the log's: only so can the lag of a projector, which is fed our events only, become 0.
   * From the leader. The cost is that of the strangers' events behind our newest one.
   */
  async lastPosition(): Promise<bigint> {
    const [newest] = await this.#page(allRequest(this.#names.prefixes, 'end', 1), { requiresLeader: true, full: 1 });
    return newest?.position ?? 0n;
  }

  async #page(request: streamsPb.ReadReq, options: PageOptions): Promise<StoredEvent[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(request, options);
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !mayPass(error)) throw unavailable('The event store cannot be read', error);
      }
      await pause(RETRY_DELAY_MS * attempt);
    }
  }

  async #attempt(request: streamsPb.ReadReq, { requiresLeader, full = Infinity }: PageOptions): Promise<StoredEvent[]> {
    const stream = await within(this.#timeoutMs, this.#connection.read(request, { requiresLeader }));
    const events: StoredEvent[] = [];
    await drain(stream, full === Infinity ? this.#timeoutMs : this.#timeoutMs * SEARCH_PATIENCE, (answer) => {
      // A missing stream is an answer without event: an empty page.
      const event = storedEvent(answer, this.#names);
      if (event !== undefined) events.push(event);
      return events.length < full;
    });
    return events;
  }
}

interface PageOptions {
  readonly requiresLeader: boolean;
  /**
   * With so many events the page is over, whatever the server still does. Set for filtered pages: there servers look for one match
   * more than they were asked for before they end the page, if need be through the rest of the log.
   */
  readonly full?: number;
}

/** Servers say it as INVALID_ARGUMENT with a sentence, or as UNKNOWN with the name of their inner result. */
function isInvalidPosition(error: unknown): boolean {
  return error instanceof Error && /invalid ?position|FilteredReadAllResult/i.test(error.message);
}

/**
 * Reads to the end, or until `take` wants no more. A page may take long when it is large; what is bounded is the silence between two
 * answers.
 */
function drain(stream: ReadStream, silenceMsMax: number, take: (answer: streamsPb.ReadResp) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (settle: () => void): void => {
      isOver = true;
      clearTimeout(timer);
      settle();
    };
    const timer = setTimeout(() => {
      end(() => reject(new NoAnswer(`No answer within ${silenceMsMax} ms.`)));
      stream.cancel();
    }, silenceMsMax);
    stream.on('error', (error) => end(() => reject(error)));
    stream.on('end', () => end(resolve));
    stream.on('data', (answer: streamsPb.ReadResp) => {
      if (isOver) return;
      timer.refresh();
      if (take(answer)) return;
      end(resolve);
      stream.cancel();
    });
  });
}
