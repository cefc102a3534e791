// What a trading node passes to `connectNode` to follow the feed of an api.
export { httpFeed, HTTP_FEED_IDLE_TIMEOUT_MS } from './http-feed.js';
export type { HttpFeedOptions } from './http-feed.js';
