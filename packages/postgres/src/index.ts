// What the adapters on Postgres share.
export { advisoryKey, LOCK_SILENCE_MS_MAX, tryAdvisoryLock } from './advisory-locks.js';
export type { AdvisoryLock } from './advisory-locks.js';
export { connectionProblems, isAway, unlessAway } from './connection-problems.js';
export {
  connectClient,
  CONNECT_TIMEOUT_MS_DEFAULT,
  createPool,
  dropClient,
  endClient,
  SILENCE_MS_MAX,
  SilentServer,
  STATEMENT_TIMEOUT_MS_DEFAULT,
  within,
} from './connections.js';
export type { PostgresOptions } from './connections.js';
export { grantOnDatabase } from './database-rights.js';
export { createElection, TRY_INTERVAL_MS } from './election.js';
export type { Election } from './election.js';
export { failureOf } from './errors.js';
export type { Failure } from './errors.js';
export { createOwnerWarning, ensureLayout, LayoutUnfit } from './layouts.js';
export type { Layout } from './layouts.js';
export { migrate, quotedSchema, SchemaTooNew } from './migrations.js';
export type { Migration } from './migrations.js';
export { GRANTEES, PARTS, rightsStatements, usersOf } from './rights.js';
export type { Grantee, Part, Privilege, RoleNames, SchemaRights } from './rights.js';
export { ensureRoles, membershipStatement, roleNames, roleStatement, RoleUnfit } from './roles.js';
export type { RolesToEnsure } from './roles.js';
export { temporaryLogin, TEMPORARY_LOGIN_HOURS_MAX } from './temporary-login.js';
export type { TemporaryLogin } from './temporary-login.js';
export { isRolePassword, ROLE_PASSWORD_RULE } from './scram.js';
