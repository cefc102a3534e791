// Migrate as a part of a process.
export { migrateAll } from './compose.js';
export type { MigrateOptions } from './compose.js';
