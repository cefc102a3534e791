// Calls about what spans ledgers: lists with pages, nodes, environments, single events, seals, verification, and the system itself.
import { ask, refused, type Call } from './call.js';

const DESK = '/configurations/desk';
const ANOTHER = '00000000-0000-4000-8000-000000000000';

const lists: readonly Call[] = [
  ask('GET /configurations?atLeast={position}'),
  ask('GET /configurations?environment=staging&atLeast={position}'),
  ask('GET /configurations?limit=2&atLeast={position}'),
  ask('GET /configurations?limit=2&cursor={next}'),
  refused('CURSOR_INVALID', 'GET /audit?cursor={next}'),
  ask(`GET ${DESK}/versions?limit=3&atLeast={position}`),
  ask(`GET ${DESK}/versions?limit=3&cursor={next}`),
  ask(`GET ${DESK}/versions?limit=500`),
  ask(`GET ${DESK}/history?key=risk.max&atLeast={position}`),
  ask(`GET ${DESK}/history?path=risk&limit=4`),
  ask(`GET ${DESK}/history?path=risk&limit=4&cursor={next}`),
  ask('GET /audit?limit=500&atLeast={position}'),
  ask('GET /audit?limit=5'),
  ask('GET /audit?limit=5&cursor={next}'),
  ask('GET /audit?service=desk&type=VersionActivated&key=**'),
  ask('GET /audit?path=risk.*&actor=admin&from=2020-01-01T00:00:00Z&to=2999-01-01T00:00:00Z'),
  ask('GET /audit?environment=testing'),
  refused('QUERY_PARAMETER_INVALID', 'GET /audit?limit=501'),
  refused('LEDGER_UNKNOWN', 'GET /configurations/nowhere/versions'),
  refused('POSITION_MALFORMED', 'GET /configurations?atLeast=7'),
  refused('POSITION_OF_ANOTHER_INSTALLATION', `GET /configurations?atLeast=${ANOTHER}:7`),
];

const instants: readonly Call[] = [
  ask(`GET ${DESK}/versions?limit=3&atLeast={position}`),
  // The last seconds are provisional, and it takes each of them another time to come here.
  ask(`GET ${DESK}?at={instant}`, undefined, { unlike: [/"provisional":(?:true|false)/g] }),
  ask(`GET ${DESK}/diff?fromAt={instant}&to=latest`),
];

const events: readonly Call[] = [
  ask('GET /audit?limit=1&atLeast={position}'),
  ask('GET /events/{first}'),
  ask('GET /audit?service=desk&type=VersionActivated&limit=1'),
  ask('GET /events/{first}'),
  ask('GET /audit?service=old-desk&limit=500'),
  ask('GET /events/{first}'),
  refused('EVENT_UNKNOWN', 'GET /events/{installation}:99999999999'),
  refused('POSITION_MALFORMED', 'GET /events/7'),
  refused('POSITION_OF_ANOTHER_INSTALLATION', `GET /events/${ANOTHER}:7`),
];

const RUNNING = { version: 1, activation: 2, digest: 'ab'.repeat(32), activatedAt: '2026-07-01T12:00:00.000Z' };
const SDK = { 'x-confledger-sdk': '0.1.0; statements=1,2' };

const nodes: readonly Call[] = [
  ask(
    'POST /nodes/desk-1',
    { environment: 'production', service: 'desk', state: 'ready', running: RUNNING, rejected: null },
    { headers: SDK },
  ),
  ask('POST /nodes/gateway-1', {
    environment: 'staging',
    service: 'gateway',
    state: 'stale',
    running: null,
    rejected: { version: 2, problems: [{ path: 'a', message: 'too low' }] },
  }),
  refused('NODE_NAME_INVALID', 'POST /nodes/a%20b', {
    environment: 'production',
    service: 'desk',
    state: 'waiting',
    running: null,
    rejected: null,
  }),
  refused('BODY_MEMBER_INVALID', 'POST /nodes/desk-1', {
    environment: 'production',
    service: 'desk',
    state: 'busy',
    running: null,
    rejected: null,
  }),
  ask('GET /nodes?service=desk'),
  ask('GET /nodes?environment=staging'),
  ask('GET /nodes/desk-1'),
  ask('POST /nodes/desk-1', { environment: 'testing', service: 'desk', state: 'closed', running: null, rejected: null }),
  refused('NODE_AMBIGUOUS', 'GET /nodes/desk-1'),
  ask('GET /nodes/desk-1?environment=testing&service=desk'),
  refused('NODE_UNKNOWN', 'GET /nodes/desk-2'),
  // A standalone has a node of its own, which stands between the others.
  ask('GET /nodes', undefined, { unlike: [/(?:,\{"name":"reference-node"[^{}]*\})?,(?=\{"name":"gateway-1")/g] }),
  // A node that verifies statement 1 only keeps its ledger at it.
  ask('PUT /configurations/node-desk', { configuration: { a: 1 } }),
  ask('POST /nodes/node-desk-1', { environment: 'production', service: 'node-desk', state: 'waiting', running: null, rejected: null }),
  ask('POST /configurations/node-desk/versions/latest/activate'),
  refused('SERVICE_NAME_INVALID', 'GET /nodes?service=No'),
];

const environments: readonly Call[] = [
  ask('GET /environments'),
  ask('PUT /environments/production-eu', { type: 'production', inheritsFrom: ['production'], properties: { desk: 'eu' }, reason: 'new' }),
  ask('PUT /environments/production-eu', { type: 'production', inheritsFrom: ['production'], properties: { desk: 'eu' } }),
  ask('GET /environments/production-eu'),
  refused('ENVIRONMENT_CYCLE', 'PUT /environments/production', { type: 'production', inheritsFrom: ['production-eu'] }),
  refused('ENVIRONMENT_TYPE_FIXED', 'PUT /environments/production-eu', { type: 'testing' }),
  refused('ENVIRONMENT_INHERITED_FROM', 'DELETE /environments/production'),
  refused('ENVIRONMENT_UNKNOWN', 'GET /environments/production-us'),
  refused('ENVIRONMENT_UNDEFINED', `PUT ${DESK}/risk.max?environment=production-us`, { value: 1 }),
  ask('DELETE /environments/production-eu'),
  ask('GET /environments?retired=all'),
];

const integrity: readonly Call[] = [
  ask(
    'POST /installation/seal',
    { dryRun: true, streams: ['config-production.plain', 'config-production.nowhere'] },
    { changesNothing: true },
  ),
  refused('SEAL_OUTDATED', 'POST /installation/seal', {
    confirm: true,
    ends: [{ stream: 'config-production.plain', revision: 0, hash: 'ab'.repeat(32) }],
  }),
  refused('INSTALLATION_SEALED', 'POST /installation/seal', { dryRun: true }),
  refused('BODY_MEMBER_INVALID', 'POST /installation/seal', {}),
  refused('BODY_MEMBER_MISSING', 'POST /installation/seal', { confirm: true, ends: [{ stream: 'config-production.desk' }] }),
  // A line of progress for each part, and about one a second.
  ask('POST /verify', undefined, { changesNothing: true, unlike: [/(?:\{"kind":"progress"[^\n]+\n)+/g] }),
];

/** Read model and feed follow the log at their own pace. */
const CAUGHT_UP = /"readModel":\{[^}]*"lagMs":0\},"feed":\{[^}]*"lagMs":0\}/;

/** What the status says of the process that answers, and of those beside it. */
const OF_ONE_API: readonly RegExp[] = [
  // One of the apis has the follower that works.
  /"inheritance":\{"active":(?:true|false),"waiting":\d+/g,
  // There are as many apis as were started, and each has an id that is new at each start.
  /(?<="apis":\[)(?:\{"id":[^{}]+"answering":false\},)*\{"id":"[^"]+"/g,
  /(?<="answering":true\})(?:,\{"id":[^{}]+"answering":false\})*/g,
  // Of its own, by its own beat: two apis would not have the same.
  /"heartbeatAt":"[^"]+"|"startedAt":"[^"]+"/g,
  // Connections that wait for a next request; and the reference node of a standalone, which follows its feed.
  /(?<="name":"(?:connections|feedClients)","unit":"\w+","max":\d+,)"inUse":\d+/g,
  // A standalone watches the projector that it starts; the parts on their own have health ports of their own.
  /(?:,\{"name":"projector"[^{}]*\})?\](?=,"log":)/g,
];

/** The same, in health. */
const WITH_OWN_PROJECTOR = [/(?:,"projector":\{[^{}]*\})?\}(?=,"timestamp":)/g];

const system: readonly Call[] = [
  ask('GET /status', undefined, { unlike: OF_ONE_API, until: CAUGHT_UP }),
  ask('GET /health', undefined, { unlike: WITH_OWN_PROJECTOR }),
  ask('GET /health/live'),
  ask('GET /health/ready'),
  ask('GET //health', undefined, { unlike: WITH_OWN_PROJECTOR }),
  ask('GET //openapi.json'),
  ask('GET //docs/errors'),
  ask('GET //'),
];

/** In their order: they list what the calls about documents and versions left. */
export const LIST_CALLS: readonly Call[] = [...lists, ...instants, ...nodes, ...environments, ...events, ...integrity, ...system];
