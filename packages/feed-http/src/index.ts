// The consuming side: what a trading node passes to `connectNode`. The publisher is at './publisher'.
export { httpFeed, HTTP_FEED_IDLE_TIMEOUT_MS } from './http-feed.js';
export type { HttpFeedOptions } from './http-feed.js';
