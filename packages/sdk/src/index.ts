// The trading node SDK: `connectNode`, and the feed over HTTP to give it. Tests use './testing'.
export { httpFeed } from '@confledger/feed-http';
export type { HttpFeedOptions } from '@confledger/feed-http';
export type { FeedSession, FeedSink, NodeFeed, ReportTarget } from '@confledger/contracts';
export type { RunningVersion } from '@confledger/contracts/http';
export type { Difference, JsonObject, JsonValue } from '@confledger/document';
export { connectNode } from './connect-node.js';
export { CONFLEDGER_ERROR_CODES, ConfLedgerError } from './errors.js';
export type { ConfLedgerErrorCode, NodeProblem } from './errors.js';
export type { ChangeEvent, ChangeListener } from './change-listeners.js';
export type { Handle } from './handles.js';
export type { ConnectNodeOptions, NodeSchemas, NoSchemas, ValueAt } from './options.js';
export type { NodeSnapshot } from './snapshot.js';
export type { NodeStatus } from './status.js';
export type { TradingNode } from './trading-node.js';
