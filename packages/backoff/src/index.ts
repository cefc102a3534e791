// How long to wait before the next attempt. Used by whatever comes back by itself: the feeds of nodes, subscriptions of event stores.
export { Backoff } from './backoff.js';
