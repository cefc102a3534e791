// What tests share. Never imported by what is shipped.
export { eventually } from './eventually.js';
export { freshDatabase } from './fresh-database.js';
export { startPostgres } from './postgres.js';
export type { StartPostgresOptions, TestPostgres } from './postgres.js';
export { tcpProxy, throughProxy } from './tcp-proxy.js';
export type { TcpProxy } from './tcp-proxy.js';
