// Calls about environments that inherit: what runs over parents, who follows, rollbacks, promotion.
import { ask, dryRun, refused, type Call } from './call.js';

const DESK = '/configurations/desk';
const ROOT = 'environment=roots';
const FOLLOWING = 'environment=following';
const ASKING = 'environment=asking';

/** What an api knows of parents without asking depends on what it was asked before. */
const AS_IT_KNOWS = { unlike: [/"pendingBecause":\[[^\]]*\],"inherited":(?:null|\{"newer":\[[^\]]*\]\})/g] } as const;

const defining: readonly Call[] = [
  ask('PUT /environments/roots', { type: 'production', abstract: true, reason: 'shared limits' }),
  ask('PUT /environments/following', { type: 'staging', inheritsFrom: ['roots'] }),
  ask('PUT /environments/asking', { type: 'production', inheritsFrom: ['roots'] }),
  refused('ENVIRONMENT_CYCLE', 'PUT /environments/roots', { type: 'production', abstract: true, inheritsFrom: ['asking'] }),
  refused('ENVIRONMENT_INHERITED_FROM', 'DELETE /environments/roots'),
  ask(`PUT ${DESK}?${ROOT}`, { configuration: { limits: { btc: 1, eth: 2 } }, activate: true }, AS_IT_KNOWS),
  ask(`PUT ${DESK}?${FOLLOWING}`, { configuration: { name: 'following' }, activate: true }, AS_IT_KNOWS),
  ask(`PUT ${DESK}?${ASKING}`, { configuration: { limits: { eth: 9 } }, activate: true }, AS_IT_KNOWS),
];

/** Of the ledger that asks: its version is 1, its first activation 2. */
const following: readonly Call[] = [
  ask(`PUT ${DESK}/limits.btc?${ROOT}`, { value: 5, activate: true }, AS_IT_KNOWS),
  ask(`GET ${DESK}?${FOLLOWING}&version=active`, undefined, { ...AS_IT_KNOWS, until: /"btc":5/ }),
  ask(`GET ${DESK}?${ASKING}&version=active`, undefined, AS_IT_KNOWS),
  ask(`GET ${DESK}/diff?${ASKING}`, undefined, AS_IT_KNOWS),
  ask(`GET ${DESK}/effective?${ASKING}`, undefined, AS_IT_KNOWS),
  ask(`GET ${DESK}/effective?${ASKING}&layers=kept`, undefined, AS_IT_KNOWS),
  ask(`GET ${DESK}/explain?${ASKING}`, undefined, AS_IT_KNOWS),
  ask(`GET ${DESK}/explain?${ASKING}&key=limits.eth`, undefined, AS_IT_KNOWS),
  refused('EXPECTED_ACTIVATION_CONFLICT', `POST ${DESK}/activate?${ASKING}`, { expectedActivation: 7 }),
  refused('EXPECTED_DIGEST_CONFLICT', `POST ${DESK}/activate?${ASKING}`, { expectedDigest: 'ab'.repeat(32) }),
  ask(`POST ${DESK}/activate?${ASKING}`, { reason: 'take what is inherited', expectedActivation: 2 }, AS_IT_KNOWS),
];

const rollingBack: readonly Call[] = [
  ask(`POST ${DESK}/versions/previous/rollback?${ASKING}`, { reason: 'losses' }, AS_IT_KNOWS),
  ask(`PUT ${DESK}/limits.btc?${ROOT}`, { value: 6, activate: true }, AS_IT_KNOWS),
  ask(`GET ${DESK}?${FOLLOWING}&version=active`, undefined, { ...AS_IT_KNOWS, until: /"btc":6/ }),
  ask(`GET ${DESK}?${ASKING}&version=active`, undefined, AS_IT_KNOWS),
  refused('ACTIVATION_UNKNOWN', `POST ${DESK}/activations/1/rollback?${ASKING}`),
  ask(`POST ${DESK}/activations/3/rollback?${ASKING}`, { reason: 'it was not that' }, AS_IT_KNOWS),
  ask(`GET ${DESK}/activations?${ASKING}&atLeast={position}`, undefined, AS_IT_KNOWS),
  ask(`GET ${DESK}/activations/4?${ASKING}`, undefined, AS_IT_KNOWS),
];

const promoting: readonly Call[] = [
  refused('PROMOTION_UNSEEN', `POST ${DESK}/promote?${ASKING}`, { from: 'following' }),
  { ...dryRun(`POST ${DESK}/promote?${ASKING}`, { from: 'following' }), ...AS_IT_KNOWS },
  ask(`POST ${DESK}/promote?${ASKING}`, { from: 'following', expectedVersion: 1, reason: 'it works' }, AS_IT_KNOWS),
  refused('LEDGER_INHERITED', `POST ${DESK}/retire?${ROOT}`),
];

/** In their order. */
export const PARENT_CALLS: readonly Call[] = [...defining, ...following, ...rollingBack, ...promoting];
