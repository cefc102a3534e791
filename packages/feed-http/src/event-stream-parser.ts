// Turns the bytes of a server-sent event stream into events. Knows nothing of what they mean.
import { StringDecoder } from 'node:string_decoder';

/** Characters of an event that is still coming in, after which it has made progress. */
export const PROGRESS_LENGTH = 64 * 1024;

export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

export interface EventStreamListener {
  /** The longest event of a name, in characters, with everything that came since the one before it. */
  lengthMax(name: string): number;
  event(event: StreamEvent): void;
  /** Called for every PROGRESS_LENGTH characters of an event that has a name and no end yet. */
  progress(): void;
}

/** An event is longer than the listener allows. */
export class EventTooLong extends Error {
  override readonly name = 'EventTooLong';
}

export class EventStreamParser {
  readonly #listener: EventStreamListener;
  readonly #decoder = new StringDecoder('utf8');
  /** A line that has no end yet, as it came: joined once, so that a line in many pieces costs no more than one in few. */
  #pieces: string[] = [];
  #piecesLength = 0;
  #name = '';
  #data: string | null = null;
  /** Of the lines since the last event. */
  #linesLength = 0;
  /** The length that the listener was last told of. */
  #progressLength = 0;
  #stopped = false;

  constructor(listener: EventStreamListener) {
    this.#listener = listener;
  }

  /** Emits every event that these bytes complete. Throws EventTooLong. */
  push(chunk: Buffer): void {
    const piece = this.#decoder.write(chunk);
    this.#pieces.push(piece);
    this.#piecesLength += piece.length;
    if (piece.includes('\n')) this.#lines();
    if (!this.#stopped) this.#judgeLength(this.#linesLength + this.#piecesLength);
  }

  /** No more events, also none of the bytes that are being read now. */
  stop(): void {
    this.#stopped = true;
  }

  /** Takes the lines that have an end; what is left is a piece of the next. */
  #lines(): void {
    const text = this.#pieces.length === 1 ? (this.#pieces[0] ?? '') : this.#pieces.join('');
    let start = 0;
    for (let end = text.indexOf('\n', start); end !== -1 && !this.#stopped; end = text.indexOf('\n', start)) {
      this.#line(text.slice(start, text.charCodeAt(end - 1) === CARRIAGE_RETURN && end > start ? end - 1 : end));
      start = end + 1;
    }
    const rest = text.slice(start);
    this.#pieces = [rest];
    this.#piecesLength = rest.length;
  }

  #line(line: string): void {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1);
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
    this.#linesLength += line.length;
    this.#judgeLength(this.#linesLength);
  }

  #dispatch(): void {
    const [name, data] = [this.#name, this.#data];
    this.#name = '';
    this.#data = null;
    this.#linesLength = 0;
    this.#progressLength = 0;
    if (data !== null) this.#listener.event({ name: name === '' ? 'message' : name, data });
  }

  #judgeLength(length: number): void {
    const lengthMax = this.#listener.lengthMax(this.#name);
    if (length > lengthMax) throw new EventTooLong(`an event of the feed is longer than ${lengthMax} characters`);
    if (length - this.#progressLength < PROGRESS_LENGTH) return;
    this.#progressLength = length;
    if (this.#name !== '') this.#listener.progress();
  }
}

const CARRIAGE_RETURN = 13;
const SPACE = 32;
