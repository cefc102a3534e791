// The HTTP API as a part: the standalone service and the benchmarks put it into a process of their own.
export { createApi } from './api.js';
export type { Api, ApiOptions } from './api.js';
export type { TokenOwner } from './auth.js';
export type { SignerPublicKey } from './context.js';
export { createLogger } from './runtime/logger.js';
