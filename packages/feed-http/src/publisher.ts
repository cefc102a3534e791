// The publishing side, for the processes of an installation. Nodes use the package's root, which does not load this.
export { createHttpFeed, BEAT_INTERVAL_MS, BUFFERED_BYTES_MAX } from './publisher/http-feed-publisher.js';
export type { HttpFeedPublisher, HttpFeedPublisherOptions } from './publisher/http-feed-publisher.js';
export { CATCH_UP_TIMEOUT_MS } from './publisher/channel.js';
