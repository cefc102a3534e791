export { activationStatement } from './feed.js';
export type { ActivationMarker, FeedBeat, FeedLeaf, FeedSession, FeedSink, NodeFeed, ReportTarget } from './feed.js';
export type { NodeReportBody, ProblemAt, RunningVersion } from './nodes.js';
