// How a service begins and ends as a process of its own. Used by config.ts, compose.ts and main.ts of every service.
export { composed } from './composed.js';
export type { Closer } from './composed.js';
export { counter, gauge, serveHealth } from './health-server.js';
export type { HealthReport, HealthServer, HealthSource, Metric } from './health-server.js';
export { KAFKA_BROKERS_RULE, kafkaOf, kafkaSettings } from './kafka.js';
export type { KafkaAccess } from './kafka.js';
export { KNOWN_VARIABLES } from './known-variables.js';
export { listening } from './listening.js';
export { packageVersion } from './package-version.js';
export { runProcess } from './run-process.js';
export type { RunOptions } from './run-process.js';
export { readSettings } from './settings.js';
export type { Environment } from './settings.js';
export { refusedWhen, StartRefused, systemCode } from './start-refused.js';
export { storageOf, storageSettings } from './storage.js';
export type { EventStoreChoice, Storage } from './storage.js';
export { count, flag, host, LOG_LEVELS, logLevel, name, port, postgresUrl, text } from './variables.js';
