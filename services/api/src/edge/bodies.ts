// Receives bodies, and parses large ones one at a time with a turn of the event loop between them. What all of them hold is limited.
import type { Readable } from 'node:stream';
import { RequestRefused } from '../errors/request-refused.js';
import { serverBusy } from './busy.js';
import type { Edge } from './limits.js';
import { Turns } from './turns.js';

/** A larger body waits for its turn to be parsed. */
const LARGE_BYTES = 256 * 1024;
/** About how many are parsed in a millisecond. */
const BYTES_PER_MS = 64 * 1024;

export class Bodies {
  readonly #edge: Edge;
  readonly #turns = new Turns();

  constructor(edge: Edge) {
    this.#edge = edge;
  }

  /**
   * Reads a body to its end and gives what `parse` makes of it. Rejects with BODY_TOO_LARGE, with SERVER_BUSY when other bodies hold all
   * that there is, and with what `parse` throws. A rest that nobody wants is thrown away.
   */
  async read<T>(payload: Readable, bytesMax: number, parse: (body: Buffer) => T): Promise<T> {
    const held = { bytes: 0 };
    try {
      const body = await this.#received(payload, bytesMax, held);
      if (body.length > LARGE_BYTES) await this.#turns.next(body.length / BYTES_PER_MS);
      return parse(body);
    } finally {
      this.#edge.bodyBytes.give(held.bytes);
    }
  }

  #received(payload: Readable, bytesMax: number, held: { bytes: number }): Promise<Buffer> {
    const chunks: Buffer[] = [];
    return new Promise((resolve, reject) => {
      const refuse = (refusal: Error): void => {
        payload.off('data', take);
        payload.resume();
        reject(refusal);
      };
      const take = (chunk: Buffer): void => {
        if (held.bytes + chunk.length > bytesMax) return refuse(RequestRefused.of('BODY_TOO_LARGE'));
        if (!this.#edge.bodyBytes.take(chunk.length))
          return refuse(serverBusy('bodies', 'Other requests have too many bytes of bodies under way'));
        held.bytes += chunk.length;
        chunks.push(chunk);
      };
      payload.on('data', take);
      payload.once('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
      payload.once('error', reject);
      payload.once('close', () => {
        if (!payload.readableEnded) reject(RequestRefused.of('REQUEST_MALFORMED'));
      });
    });
  }
}
