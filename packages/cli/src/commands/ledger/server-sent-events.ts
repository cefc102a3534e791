// Reads server-sent events from a stream of text, within a limit.
import { parseJsonText } from '@confledger/document/json-and-paths';

/** Longest event, in characters (256 Mi): a document of the largest size fits. */
export const EVENT_CHARACTERS_MAX = 268_435_456;

export interface ServerSentEvent {
  readonly event: string;
  readonly id: string | null;
  /** The data as JSON; undefined where it is none. */
  readonly data: unknown;
}

/** Yields each event that has come to its end. Throws where one is longer than the limit. */
export async function* eventsOf(stream: AsyncIterable<string>): AsyncGenerator<ServerSentEvent, void, undefined> {
  let begun: string[] = [];
  let characters = 0;
  for await (const text of stream) {
    const parts = text.split('\n\n');
    for (const [index, part] of parts.entries()) {
      characters += part.length;
      if (characters > EVENT_CHARACTERS_MAX) throw new Error(`an event of the feed has more than ${EVENT_CHARACTERS_MAX} characters`);
      begun.push(part);
      if (index === parts.length - 1) continue;
      yield eventIn(begun.join(''));
      begun = [];
      characters = 0;
    }
  }
}

function eventIn(text: string): ServerSentEvent {
  let event = 'message';
  let id: string | null = null;
  const data: string[] = [];
  for (const line of text.split('\n')) {
    const [field = '', value = ''] = line.split(/: ?(.*)/s);
    if (field === 'event') event = value;
    else if (field === 'id') id = value;
    else if (field === 'data') data.push(value);
  }
  return { event, id, data: jsonIn(data.join('\n')) };
}

function jsonIn(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch {
    return undefined;
  }
}
