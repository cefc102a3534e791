// Reads server-sent events out of text. Knows nothing of what they mean.
import { linesOf, type LineReading } from './text-stream.js';

/** Lines that an event may have. The api sends its data as one. */
export const EVENT_LINES_MAX = 1_024;

/** One event, as it was sent. */
export interface ServerSentEvent {
  readonly name: string;
  /** The id that it carries; null where it carries none. */
  readonly id: string | null;
  readonly data: string;
}

/** Yields each event that has data and an end. One that is cut off is dropped. Throws what `tooLarge` makes of one that is longer, or of too many lines. */
export async function* serverSentEvents(
  texts: AsyncIterable<string>,
  limits: Pick<LineReading, 'charactersMax' | 'tooLarge'>,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  let begun = new Fields();
  for await (const line of linesOf(texts, { ...limits, cutOff: null })) {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text !== '') begun.add(text);
    if (begun.length > limits.charactersMax || begun.lineCount > EVENT_LINES_MAX) throw limits.tooLarge();
    if (text !== '') continue;
    if (begun.data !== null) yield { name: begun.name, id: begun.id, data: begun.data };
    begun = new Fields();
  }
}

/** The fields of one event. */
class Fields {
  name = 'message';
  id: string | null = null;
  data: string | null = null;
  length = 0;
  lineCount = 0;

  add(line: string): void {
    this.length += line.length;
    this.lineCount += 1;
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.name = value;
    else if (field === 'id') this.id = value;
    else if (field === 'data') this.data = this.data === null ? value : `${this.data}\n${value}`;
  }
}
