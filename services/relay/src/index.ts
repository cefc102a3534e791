// The relay as a part of a process.
export { startRelay } from './start-relay.js';
export type { RunningRelay, StartRelayOptions } from './start-relay.js';
