// What writes the feed as server-sent events: the relay publishes into it, the api subscribes its clients to it.
export { createHttpFeed, BEAT_INTERVAL_MS, BUFFERED_BYTES_MAX } from './http-feed-publisher.js';
export type { FeedClient, HttpFeedPublisher, HttpFeedPublisherOptions } from './http-feed-publisher.js';
export type { WritingTurn } from './readings.js';
export { CATCH_UP_TIMEOUT_MS } from './channel.js';
