// How long to wait before the next attempt.
export { Backoff } from './backoff.js';
