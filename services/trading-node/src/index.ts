// The reference trading node as a part of a process.
export { startTradingNode } from './start-trading-node.js';
export type { RunningTradingNode, StartTradingNodeOptions } from './start-trading-node.js';
