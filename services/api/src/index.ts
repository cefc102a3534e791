// The HTTP API as a part: the standalone service and the benchmarks put it into a process of their own.
export { createApi } from './api.js';
export type { Api } from './api.js';
export type { TokenOwner } from './auth.js';
export { compose } from './compose.js';
export type { RunningApi } from './compose.js';
export { readConfig } from './config.js';
export type { ApiConfig } from './config.js';
export type { ApiOptions, SignerPublicKey } from './context.js';
export { openInstalledLog } from './installed-log.js';
export type { InstalledLog } from './installed-log.js';
export { openLogMark } from './log-mark-file.js';
export { openSealFile } from './seal-file.js';
export { startProblem } from './start-problems.js';
export { keyFilesOf, makeKeys, openKeys } from './keys.js';
export type { KeyFiles } from './keys.js';
export { createLogger } from './runtime/logger.js';
export { adminTokenFile, ensureAdminToken, loadTokens, tokenOwner } from './tokens.js';
export { hmacOf } from './mac.js';
