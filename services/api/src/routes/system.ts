// The system about itself: status, health, metrics.
import { parseJsonText } from '@confledger/document';
import { namesInUse } from '@confledger/domain';
import { z } from 'zod';
import { formatPosition, type BrokenStream, type LogStanding, type ParkedStream, type StoredEvent } from '@confledger/application';
import type {
  BrokenStreamItem,
  FollowerStatus,
  LiveApi,
  LogStatus,
  ParkedItem,
  SealStatus,
  StatusAnswer,
} from '@confledger/contracts/http';
import { success } from '../answers/envelope.js';
import { parkedItem } from '../answers/items.js';
import { inheritanceStatus } from '../answers/inheritance.js';
import { statementsStatus } from '../answers/statements.js';
import { cutMembers } from '../answers/truncated.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { successOf } from '../schemas/answers.js';
import { healthAnswer as healthSchema, statusAnswer } from '../schemas/lists.js';
import { noQuery } from '../schemas/requests.js';
import { checkHealth, healthAnswer, type HealthChecks } from '../runtime/health-checks.js';
import { brokenStreams, environmentsNow } from '../runtime/streams-now.js';

/** How many parked events, and how many parked streams, the status names. */
const PARKED_SHOWN_MAX = 50;

/** The endpoints of the system. */
export function systemEndpoints(context: ApiContext): Endpoint[] {
  return [
    status(context),
    metrics(context),
    health(context, 'health', ({ eventStore, readModel, ownParts }) => ({ eventStore, readModel, ...ownParts })),
    healthLive(context),
    // Commands and documents need the event store alone: a dead read model takes no api out of service.
    health(context, 'healthReady', ({ eventStore }) => ({ eventStore })),
  ];
}

const HEALTH = { query: noQuery, body: null, answer: healthSchema, errors: [], servedBare: true } as const;

function health(
  context: ApiContext,
  name: 'health' | 'healthReady',
  pick: (checks: HealthChecks) => Parameters<typeof healthAnswer>[0],
): Endpoint {
  return endpoint(context, name, {
    ...HEALTH,
    statuses: [200, 503],
    handle: async ({ reply }) => {
      const answer = healthAnswer(pick(await checkHealth(context)), context);
      if (!answer.healthy) reply.code(503);
      return answer;
    },
  });
}

/** Looks at nothing: an api that answers is alive, and restarting it would not mend a part that is down. */
function healthLive(context: ApiContext): Endpoint {
  return endpoint(context, 'healthLive', { ...HEALTH, statuses: [200], handle: async () => healthAnswer({}, context) });
}

function status(context: ApiContext): Endpoint {
  return endpoint(context, 'status', {
    query: noQuery,
    body: null,
    answer: successOf(statusAnswer),
    statuses: [200],
    errors: [],
    handle: async () => success(await describe(context), context.clock),
  });
}

async function describe(context: ApiContext): Promise<StatusAnswer> {
  const { installation, version, signerPublicKey, startedAt, feedPosition } = context;
  const checks = await checkHealth(context);
  const { logPosition, readModelPosition } = checks;
  const { readModel } = context;
  const page = { limit: PARKED_SHOWN_MAX };
  const [parked, parkedStreams, apis] = checks.readModel.healthy
    ? await Promise.all([readModel.parked(page), readModel.parkedStreams(page), liveApis(context)])
    : [NOTHING_PARKED, NOTHING_PARKED, null];
  const broken = brokenStreams(context);
  const defined = await environmentsNow(context, checks);
  const inheritance = await inheritanceStatus(context, checks);
  const shownParked = (event: ParkedStream): ParkedItem => parkedItem(event, installation);
  const [statements, readModelStanding, feed] = await Promise.all([
    statementsStatus(context, { readModel: checks.readModel.healthy, eventStore: checks.eventStore.healthy }),
    follower(context, logPosition, readModelPosition),
    feedPosition === null ? null : follower(context, logPosition, feedPosition()),
  ]);
  return {
    installation,
    release: version,
    publicKey: { keyId: signerPublicKey.keyId, publicKey: signerPublicKey.publicKey },
    environments: defined === null ? [] : namesInUse(defined),
    parts: [
      part('event store', checks.eventStore),
      part('read model', checks.readModel),
      ...Object.entries(checks.ownParts).map(([name, check]) => part(name, check)),
    ],
    log: shownLog(context.logGuard.standing),
    position: shownPosition(installation, logPosition),
    readModel: readModelStanding,
    feed,
    seal: sealStatus(context),
    apis,
    parked: parked.items.map(shownParked),
    // A stream is shown by the first event of it that is parked.
    parkedStreams: parkedStreams.items.map(shownParked),
    brokenStreams: broken.slice(0, PARKED_SHOWN_MAX).map(brokenItem),
    statements: statements.status,
    inheritance: inheritance.status,
    limits: context.edge.all.map(({ name, unit, max, inUse, refusals }) => ({ name, unit, max, inUse, refusals })),
    truncated: cutMembers({
      parked: parked.next !== null,
      parkedStreams: parkedStreams.next !== null,
      brokenStreams: broken.length > PARKED_SHOWN_MAX,
      'statements.heldBackBy': statements.isCut,
      'inheritance.blocked': inheritance.isCut,
    }),
    startedAt,
  };
}

/** Null where the list cannot be read: the rest of the status is shown all the same. */
async function liveApis({ heartbeats, apiId }: ApiContext): Promise<LiveApi[] | null> {
  const live = await heartbeats.list().catch(() => null);
  return live?.map(({ id, release, features, heartbeatAt }) => ({ id, release, features, heartbeatAt, answering: id === apiId })) ?? null;
}

function sealStatus({ installationRecord: { seal } }: ApiContext): SealStatus | null {
  return seal && { streamCount: seal.ends.size, revision: seal.revision };
}

function brokenItem({ stream, kind, reason, since }: BrokenStream): BrokenStreamItem {
  return { stream, code: kind === 'broken' ? 'STREAM_BROKEN' : 'STREAM_UNREADABLE', error: reason, foundAt: since };
}

function shownLog(standing: LogStanding): LogStatus {
  const missing = 'missing' in standing ? { stream: standing.missing.stream, revision: standing.missing.revision } : null;
  return { state: standing.kind, missing };
}

function part(name: string, { healthy, detail }: HealthChecks['eventStore']): StatusAnswer['parts'][number] {
  return { name, state: healthy ? 'up' : 'down', detail };
}

async function follower(context: ApiContext, log: bigint | null, position: bigint | null): Promise<FollowerStatus> {
  return { position: shownPosition(context.installation, position), lagMs: await lagMs(context, log, position) };
}

function shownPosition(installation: string, position: bigint | null): string | null {
  return position === null ? null : formatPosition(installation, position);
}

/** Both were asked at once: a read model that is ahead of the answer about the log is not behind. */
async function lagMs({ eventStore, clock }: ApiContext, log: bigint | null, position: bigint | null): Promise<number | null> {
  if (log === null || position === null) return null;
  if (position >= log) return 0;
  const missing = await eventStore.readAll({ after: position, limit: 1 }).catch(() => null);
  if (missing === null) return null;
  const oldest = missing[0];
  return oldest === undefined ? 0 : Math.max(0, clock.now() - recordedAt(oldest));
}

function recordedAt({ metadata }: StoredEvent): number {
  const { occurredAt } = parseJsonText(metadata) as { readonly occurredAt: string };
  return Date.parse(occurredAt);
}

const NOTHING_PARKED = { items: [], next: null };

function metrics(context: ApiContext): Endpoint {
  return endpoint(context, 'metrics', {
    query: noQuery,
    body: null,
    answer: z.string().meta({ contentType: 'text/plain' }),
    statuses: [200],
    errors: [],
    handle: async ({ reply }) => {
      reply.type(context.metrics.contentType).send(await context.metrics.read());
      return 'sent';
    },
  });
}
