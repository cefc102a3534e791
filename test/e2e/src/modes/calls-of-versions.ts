// Calls about versions, tags, activations, rollbacks, differences and retirement.
import { ask, dryRun, FIRST, refused, type Call } from './call.js';

const DESK = '/configurations/desk';
const OLD = '/configurations/old-desk';

const activating: readonly Call[] = [
  ask(`GET ${DESK}/diff?from=${FIRST}&to=latest`),
  refused('NOTHING_ACTIVE', `GET ${DESK}/diff`),
  dryRun(`POST ${DESK}/versions/${FIRST}/activate`),
  ask(`POST ${DESK}/versions/${FIRST}/activate`, { reason: 'go', expectedActive: null }),
  refused('NOTHING_PREVIOUS', `GET ${DESK}?version=previous`),
  ask(`GET ${DESK}/diff`),
  ask(`GET ${DESK}/diff?limit=2`),
  ask(`GET ${DESK}/diff?limit=2&cursor={next}`),
  refused('CURSOR_INVALID', `GET ${DESK}/diff?cursor=nonsense`),
  ask(`POST ${DESK}/versions/latest/activate`, undefined, { headers: { 'idempotency-key': 'activate-desk' } }),
  ask(`POST ${DESK}/versions/latest/activate`, undefined, { headers: { 'idempotency-key': 'activate-desk' }, changesNothing: true }),
  ask(`POST ${DESK}/versions/latest/activate`),
  refused('EXPECTED_ACTIVE_CONFLICT', `POST ${DESK}/versions/${FIRST}/activate`, { expectedActive: 1 }),
  refused('VERSION_UNKNOWN', `POST ${DESK}/versions/999/activate`),
  ask(`PUT ${DESK}/risk.max`, { value: 8, activate: true }),
  ask(`PUT ${DESK}/risk.rate`, { value: 0.5 }),
  dryRun(`POST ${DESK}/activate`),
  ask(`POST ${DESK}/activate`, { reason: 'the short call' }, { headers: { prefer: 'return=minimal' } }),
  ask(`POST ${DESK}/activate?version=latest`),
  refused('VERSION_UNKNOWN', `POST ${DESK}/activate?version=999`),
  ask(`PUT ${DESK}/risk.name`, { value: 'b' }),
  ask(`PUT ${DESK}/risk.name?activate=all`, { value: 'c', reason: 'everything' }),
  ask(`GET ${DESK}?version=active`),
  ask(`GET ${DESK}?version=previous&format=flat`),
  ask(`GET ${DESK}/risk.max?version=previous`),
];

const tagging: readonly Call[] = [
  ask(`PUT ${DESK}/versions/${FIRST}/tags/good`),
  ask(`PUT ${DESK}/versions/${FIRST}/tags/good`),
  refused('TAG_EXISTS', `PUT ${DESK}/versions/latest/tags/good`),
  refused('TAG_NAME_INVALID', `PUT ${DESK}/versions/${FIRST}/tags/latest`),
  dryRun(`PUT ${DESK}/versions/latest/tags/good?move=true`),
  ask(`PUT ${DESK}/versions/latest/tags/good`, { move: true, reason: 'better' }),
  ask(`PUT ${DESK}/versions/${FIRST}/tags/first`, undefined, { headers: { prefer: 'return=minimal' } }),
  ask(`GET ${DESK}/diff?from=first&to=good`),
  ask(`GET ${DESK}?version=good`),
  ask(`DELETE ${DESK}/versions/good/tags/good`),
  refused('TAG_UNKNOWN', `DELETE ${DESK}/versions/${FIRST}/tags/good`),
];

const rollingBack: readonly Call[] = [
  dryRun(`POST ${DESK}/versions/first/rollback`),
  ask(`POST ${DESK}/versions/first/rollback`, { reason: 'losses' }),
  ask(`POST ${DESK}/versions/previous/rollback`, undefined, { headers: { prefer: 'return=minimal' } }),
  refused('VERSION_UNKNOWN', `POST ${DESK}/versions/999/rollback`),
  ask(`GET ${DESK}/versions/latest?atLeast={position}`),
  ask(`GET ${DESK}/versions/first?atLeast={position}`),
  ask(`GET ${DESK}/versions/active?atLeast={position}`),
  ask(`GET ${DESK}/versions/${FIRST}?atLeast={position}`),
  ask(`GET ${DESK}/versions/0?atLeast={position}`),
  refused('VERSION_NOT_A_VERSION', `GET ${DESK}/versions/1?atLeast={position}`),
  ask('GET /configurations/empty/versions/latest?atLeast={position}'),
];

const retiring: readonly Call[] = [
  ask(`PUT ${OLD}`, { configuration: { limit: 1 }, activate: true }),
  ask(`PUT ${OLD}/limit`, { value: 2 }),
  dryRun(`POST ${OLD}/retire`),
  refused('LEDGER_UNKNOWN', 'POST /configurations/nowhere/retire'),
  ask(`POST ${OLD}/retire`, { reason: 'made by mistake' }),
  ask(`POST ${OLD}/retire`),
  refused('LEDGER_RETIRED', `PUT ${OLD}/limit`, { value: 3 }),
  refused('LEDGER_RETIRED', `POST ${OLD}/versions/latest/activate`),
  refused('LEDGER_RETIRED', `PUT ${OLD}/versions/1/tags/good`),
  ask(`GET ${OLD}`),
  ask('GET /configurations?atLeast={position}'),
  ask('GET /configurations?retired=true&atLeast={position}'),
  ask('GET /configurations?retired=all&atLeast={position}'),
  ask(`POST ${OLD}/restore`, undefined, { headers: { prefer: 'return=minimal' } }),
  ask(`POST ${OLD}/restore`),
  ask(`POST ${OLD}/versions/latest/activate`, undefined, { headers: { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01` } }),
];

/** In their order: they go on with what the calls about documents left. */
export const VERSION_CALLS: readonly Call[] = [...activating, ...tagging, ...rollingBack, ...retiring];
