// What crosses the feed, in whatever way it is carried. The HTTP API has an entry of its own: `@confledger/contracts/http`.
export { activationStatement } from './feed.js';
export type { ActivationMarker, FeedBeat, FeedLeaf, FeedSession, FeedSink, NodeFeed, ReportTarget } from './feed.js';
export { readActivationMarker, readFeedBeat, readFeedLeaf } from './feed-records.js';
