// Large answers: they are written one a turn of the event loop, few wait for their turn, and what clients have not taken of them is counted.
import type { FastifyReply } from 'fastify';
import { serverBusy } from './busy.js';
import { onceGone } from './gone.js';
import type { Edge } from './limits.js';
import { Turns } from './turns.js';

/** What has so many leaves, or characters of JSON, waits for its turn. */
const LARGE_LEAVES = 2_000;
const LARGE_SIZE = 256 * 1024;
/** About how many of each are written in a millisecond. */
const LEAVES_PER_MS = 1_500;
const CHARACTERS_PER_MS = 100_000;
/** An answer of this many characters counts among those that are under way. */
const LARGE_CHARACTERS = 64 * 1024;

/** What an answer is made of: leaves, and about how many characters of JSON. */
export interface AnswerCost {
  readonly leafCount: number;
  /** 0 where little of it is written. */
  readonly size: number;
}

export class LargeAnswers {
  readonly #edge: Edge;
  readonly #turns = new Turns();

  constructor(edge: Edge) {
    this.#edge = edge;
  }

  /** Waits for the turn of an answer. Rejects with SERVER_BUSY when too many wait, or when there is no room for what it would hold. */
  async turn({ leafCount, size }: AnswerCost): Promise<void> {
    if (!isLarge({ leafCount, size })) return;
    const { waitingAnswers, answerBytes } = this.#edge;
    if (!waitingAnswers.take()) throw serverBusy('waiting-answers', 'Too many large answers wait to be written');
    try {
      await this.#turns.next(msOf({ leafCount, size }));
    } finally {
      waitingAnswers.give();
    }
    if (!answerBytes.hasRoomFor(size)) throw this.#noRoom();
  }

  /**
   * Waits for the turn of a document that the feed writes. Never refused: it is written once for all its clients, and one that is refused
   * would be a node that cannot start.
   */
  async turnOfFeed(cost: AnswerCost): Promise<void> {
    if (isLarge(cost)) await this.#turns.next(msOf(cost));
  }

  /**
   * Counts a large answer until its client has taken it or is gone. Throws SERVER_BUSY when there are too many of them; the answer to a
   * write, which has taken effect, is sent in any case.
   */
  count(text: string, reply: FastifyReply, { isWrite }: { readonly isWrite: boolean }): void {
    if (text.length < LARGE_CHARACTERS) return;
    const { answerBytes } = this.#edge;
    if (!isWrite && !answerBytes.hasRoomFor(text.length)) throw this.#noRoom();
    answerBytes.takeAnyway(text.length);
    onceGone(reply.raw, () => answerBytes.give(text.length));
  }

  #noRoom(): Error {
    this.#edge.answerBytes.refuse();
    return serverBusy('answers', 'Answers that clients have not taken hold all that there is room for');
  }
}

function isLarge({ leafCount, size }: AnswerCost): boolean {
  return leafCount >= LARGE_LEAVES || size >= LARGE_SIZE;
}

function msOf({ leafCount, size }: AnswerCost): number {
  return leafCount / LEAVES_PER_MS + size / CHARACTERS_PER_MS;
}
