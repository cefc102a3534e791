// What users test their trading code with: a feed in memory, behind the same port as the real ones.
export { memoryFeed } from './memory-feed.js';
export type { MemoryFeed, MemoryFeedOptions } from './memory-feed.js';
