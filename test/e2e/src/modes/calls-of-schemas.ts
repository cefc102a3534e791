// Calls about schemas: what is mounted, what breaks it, what is wrong already, what a proposed one would have refused.
import { ask, dryRun, refused, type Call } from './call.js';

const DESK = '/configurations/judged';
const LIMITS = { mount: 'limits.*', schema: { type: 'number', minimum: 0, 'x-unit': 'USD' } };
const OPERATIONS = [
  { id: 'most', type: 'SCHEMA_SET', mount: 'limits.btc', schema: { maximum: 10, 'x-reload': 'restart' } },
  { id: 'limit', type: 'SET', key: 'limits.btc', value: 9 },
];

/** In their order. */
export const SCHEMA_CALLS: readonly Call[] = [
  ask(`PUT ${DESK}`, {
    configuration: { limits: { btc: 20, eth: 2 }, risk: { parameters: { maxPositionSize: 1_000, dailyLossLimit: 50 } } },
    activate: true,
  }),
  refused('VALIDATION_ERROR', `PUT ${DESK}/risk.parameters.maxPositionSize`, { value: -1 }),
  refused('VALIDATION_ERROR', `DELETE ${DESK}/risk.parameters.dailyLossLimit`),
  refused('MOUNT_INVALID', `PUT ${DESK}/schema`, { ...LIMITS, mount: 'limits.**' }),
  refused('SCHEMA_INVALID', `PUT ${DESK}/schema`, { mount: 'limits', schema: { $id: 'https://example.com/limits' } }),
  refused('PATTERN_UNSUPPORTED', `PUT ${DESK}/schema`, { mount: 'limits', schema: { pattern: '(?=a)' } }),
  refused('SCHEMA_VIOLATED', `PUT ${DESK}/schema`, { mount: 'limits.btc', schema: { maximum: 10 } }),
  dryRun(`PUT ${DESK}/schema`, LIMITS),
  ask(`PUT ${DESK}/schema`, { ...LIMITS, reason: 'no limit is below nothing' }, { headers: { 'if-none-match': '*' } }),
  refused('IF_MATCH_FAILED', `PUT ${DESK}/schema`, { ...LIMITS, schema: true }, { headers: { 'if-match': '"s1"' } }),
  ask(`GET ${DESK}/schema`),
  ask(`GET ${DESK}/schema?mount=limits.*`),
  refused('VALIDATION_ERROR', `PUT ${DESK}/limits.eth`, { value: -1 }),
  ask(`POST ${DESK}/validate`, { configuration: { limits: { eth: 'much' } } }, { changesNothing: true }),
  ask(`POST ${DESK}/validate`, undefined, { changesNothing: true }),
  ask(`POST ${DESK}/schema/what-if`, { mount: 'limits.btc', schema: { maximum: 10 }, of: 'versions' }, { changesNothing: true }),
  refused('PENDING_CHANGES', `PUT ${DESK}/limits.eth`, { value: 3, activate: true }),
  ask(`POST ${DESK}/batch`, { operations: OPERATIONS, standing: 'accepted', reason: 'at most ten' }),
  ask(`POST ${DESK}/activate`, { reason: 'take the rules live' }),
  refused('VALIDATION_ERROR', `POST ${DESK}/versions/previous/rollback`),
  ask(`POST ${DESK}/versions/previous/rollback`, { acceptViolations: true, reason: 'losses' }),
  refused('SCHEMA_UNKNOWN', `DELETE ${DESK}/schema?mount=limit`),
  ask(`DELETE ${DESK}/schema?mount=limits.*`),
];
