// Large answers: they are written one a turn of the event loop, few wait for their turn, and what clients have not taken of them is counted.
import type { FastifyReply } from 'fastify';
import { serverBusy } from './busy.js';
import type { Edge } from './limits.js';
import { Turns } from './turns.js';

/** What has so many leaves waits for its turn. */
const LARGE_LEAVES = 2_000;
/** About how many are written in a millisecond. */
const LEAVES_PER_MS = 1_500;
/** An answer of this many characters counts among those that are under way. */
const LARGE_CHARACTERS = 64 * 1024;

export class LargeAnswers {
  readonly #edge: Edge;
  readonly #turns = new Turns();

  constructor(edge: Edge) {
    this.#edge = edge;
  }

  /** Waits for the turn of an answer that so many leaves are looked at for. Rejects with SERVER_BUSY when too many wait. */
  async turn(leaves: number): Promise<void> {
    if (leaves < LARGE_LEAVES) return;
    const { waitingAnswers } = this.#edge;
    if (!waitingAnswers.take()) throw serverBusy('waiting-answers', 'Too many large answers wait to be written');
    try {
      await this.#turns.next(leaves / LEAVES_PER_MS);
    } finally {
      waitingAnswers.give();
    }
  }

  /** Counts a large answer until its client has taken it or is gone. Throws SERVER_BUSY when there are too many of them. */
  count(text: string, reply: FastifyReply): void {
    if (text.length < LARGE_CHARACTERS) return;
    const { answerBytes } = this.#edge;
    if (!answerBytes.take(text.length)) throw serverBusy('answers', 'Answers that clients have not taken hold all that there is room for');
    reply.raw.once('close', () => answerBytes.give(text.length));
  }
}
