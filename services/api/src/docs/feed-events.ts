// The events of the feed in the OpenAPI document, which has no words for streams: a schema for each, named beside the response.
import { FEED_DOCUMENT_CHARACTERS_MAX, FEED_EVENT_NAMES } from '@confledger/contracts';
import { FEED_EVENT_SCHEMAS } from '../schemas/feed.js';
import { schemaOf, type Json } from './json-schema.js';

const MEBI = 1024 * 1024;

const DESCRIPTION = [
  "Server-sent events until one side ends them. `x-events` names the schema of each event's data, which is one line of JSON.",
  '',
  '- A client without `Last-Event-ID` is sent `reset`, a `leaf` for each leaf of the active document, `active` and `synchronized`.',
  '  Where nothing is active it is sent `reset` and `synchronized`.',
  '- To a client that asks with `X-Feed-Document: 1` one `document` is sent in place of the leaves between `reset` and `active`, unless',
  `  its JSON would have more than ${FEED_DOCUMENT_CHARACTERS_MAX / MEBI} Mi characters: be prepared for leaves too, as older apis send them.`,
  '- The first activation of a ledger is sent in the same way, each later one as its difference: a `leaf` for each removal and each',
  '  new value, then `active`.',
  '- `active` and `synchronized` carry the id of what is active. A client that sends it as `Last-Event-ID` when it connects again is',
  '  sent `synchronized` alone where it has what is active, and everything otherwise.',
  '- `beat` comes in between. Ignore events that you do not know.',
].join('\n');

/** What the feed's response says of its events. */
export function describeFeed(components: Json): Json {
  const events = FEED_EVENT_NAMES.map((name) => [name, schemaOf(FEED_EVENT_SCHEMAS[name], 'output', components)]);
  return { description: DESCRIPTION, 'x-events': Object.fromEntries(events) as Json };
}
