// What crosses the feed, in whatever way it is carried. The HTTP API has an entry of its own: `@confledger/contracts/http`.
export { activationMarker, activationStatement, layeredOf } from './feed.js';
export type {
  ActivationLayer,
  ActivationMarker,
  FeedBeat,
  FeedDocument,
  FeedLeaf,
  FeedSession,
  FeedSink,
  LayeredActivation,
  NodeFeed,
  ReportTarget,
} from './feed.js';
export {
  FEED_DOCUMENT_ASKED,
  FEED_DOCUMENT_CHARACTERS_MAX,
  FEED_DOCUMENT_HEADER,
  FEED_EVENT_NAMES,
  type FeedEventName,
  type FeedEvents,
} from './feed-events.js';
export { readActivationMarker, readFeedBeat, readFeedDocument, readFeedLeaf } from './feed-records.js';
export { macKeyStatement } from './mac-key.js';
export type { NamedMacKey } from './mac-key.js';
export { isSignatureOf, isSignedBy, keyIdOf, readPublicKey, type PublicKey } from './public-keys.js';
