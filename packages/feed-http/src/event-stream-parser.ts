// Turns the bytes of a server-sent event stream into events. Knows nothing of what they mean.
import { StringDecoder } from 'node:string_decoder';

/** The longest event, in characters: a value of 512 KiB, its path and fields, with room for escapes. */
export const EVENT_LENGTH_MAX = 2 * 1024 * 1024;

export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

/** An event is longer than EVENT_LENGTH_MAX. */
export class EventTooLong extends Error {
  override readonly name = 'EventTooLong';
}

export class EventStreamParser {
  readonly #onEvent: (event: StreamEvent) => void;
  readonly #decoder = new StringDecoder('utf8');
  /** A line that has no end yet, as it came: joined once, so that a line in many pieces costs no more than one in few. */
  #pieces: string[] = [];
  #piecesLength = 0;
  #name = '';
  #data: string | null = null;
  #stopped = false;

  constructor(onEvent: (event: StreamEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** Emits every event that these bytes complete. Throws EventTooLong. */
  push(chunk: Buffer): void {
    const piece = this.#decoder.write(chunk);
    this.#keep(piece);
    if (!piece.includes('\n')) return;
    const text = this.#pieces.join('');
    let start = 0;
    for (let end = text.indexOf('\n', start); end !== -1 && !this.#stopped; end = text.indexOf('\n', start)) {
      this.#line(text.slice(start, text.charCodeAt(end - 1) === CARRIAGE_RETURN && end > start ? end - 1 : end));
      start = end + 1;
    }
    this.#pieces = [];
    this.#piecesLength = 0;
    this.#keep(text.slice(start));
  }

  /** No more events, also none of the bytes that are being read now. */
  stop(): void {
    this.#stopped = true;
  }

  #keep(piece: string): void {
    this.#pieces.push(piece);
    this.#piecesLength += piece.length;
    // A piece may end whole lines; what is left of it is judged when they have been emitted.
    if (!piece.includes('\n')) this.#limit(this.#piecesLength);
  }

  #line(line: string): void {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1);
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
    this.#limit(this.#data?.length ?? 0);
  }

  #dispatch(): void {
    const [name, data] = [this.#name, this.#data];
    this.#name = '';
    this.#data = null;
    if (data !== null) this.#onEvent({ name: name === '' ? 'message' : name, data });
  }

  #limit(length: number): void {
    if (length > EVENT_LENGTH_MAX) throw new EventTooLong(`an event of the feed is longer than ${EVENT_LENGTH_MAX} characters`);
  }
}

const CARRIAGE_RETURN = 13;
const SPACE = 32;
