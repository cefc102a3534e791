// The schemas of the answers from the read model, of nodes, and of the state of the system.
import { z } from 'zod';
import type {
  AuditItem,
  HealthAnswer,
  LedgerItem,
  LiveApi,
  LedgerList,
  NodeItem,
  NodeReportAnswer,
  NodesAnswer,
  PositionedList,
  StatusAnswer,
  VersionAnswer,
  VersionItem,
} from '@confledger/contracts/http';
import { activationSource, inheritingMembers, standingMembers, truncated } from './answers.js';
import { PLAIN_TEXT } from './texts.js';
import { count, digest, instant, jsonObject, position, revision, shownValue, versionNumber } from './values.js';

const next = z.string().nullable().meta({ description: 'Cursor of the next page; null at the end' });

/** A list that names the place in the log it is valid at. */
export function positionedList<T>(item: z.ZodType<T>): z.ZodType<PositionedList<T>> {
  return z.strictObject({ items: z.array(item), next, position });
}

/** A list about one ledger. */
export function ledgerList<T>(item: z.ZodType<T>): z.ZodType<LedgerList<T>> {
  return z.strictObject({ ...standingMembers, items: z.array(item), next });
}

const parkedItem = z.strictObject({ position, stream: z.string(), revision, type: z.string(), error: z.string() });

export const ledgerItem: z.ZodType<LedgerItem> = z
  .strictObject({
    environment: z.string(),
    service: z.string(),
    version: versionNumber,
    active: versionNumber,
    activation: revision.nullable(),
    activatedAt: instant.nullable(),
    pending: count,
    ...inheritingMembers,
    digest,
    activeDigest: digest.nullable(),
    retired: z.boolean(),
    updatedAt: instant.nullable(),
    readable: z.boolean(),
    parked: parkedItem.nullable(),
  })
  .meta({ id: 'Ledger' });

export const versionItem: z.ZodType<VersionItem> = z
  .strictObject({
    version: revision,
    actor: z.string(),
    reason: z.string().nullable(),
    occurredAt: instant,
    changeCount: count,
    tags: z.array(z.string()),
    activations: z.array(
      z.strictObject({
        activation: revision,
        actor: z.string(),
        reason: z.string().nullable(),
        activatedAt: instant,
        rollbackTo: versionNumber,
      }),
    ),
  })
  .meta({ id: 'Version' });

export const versionAnswer: z.ZodType<VersionAnswer> = z.strictObject({ ...standingMembers, item: versionItem.nullable() });

export const auditItem: z.ZodType<AuditItem> = z
  .strictObject({
    position,
    stream: z.string(),
    environment: z.string().nullable(),
    service: z.string().nullable(),
    revision,
    version: versionNumber,
    type: z.string(),
    path: z.string().nullable(),
    before: shownValue.exactOptional(),
    after: shownValue.exactOptional(),
    actor: z.string(),
    method: z.string(),
    reason: z.string().nullable(),
    occurredAt: instant,
    commandId: z.string(),
    correlationId: z.string(),
    changeSet: z.string(),
    abandoned: z.boolean(),
    attributes: jsonObject,
    source: activationSource.nullable(),
  })
  .meta({ id: 'AuditItem' });

export const nodeState = z.enum(['connecting', 'waiting', 'ready', 'stale', 'closed']);
export const runningVersion = z.strictObject({
  version: revision,
  activation: revision,
  digest,
  activatedAt: z.iso.datetime({ offset: true }),
});
/** Problems in a report, and characters in the message of one, at most. */
export const PROBLEMS_MAX = 100;
const PROBLEM_CHARACTERS_MAX = 2_000;
export const problemAt = z.strictObject({
  path: z.string().meta(PLAIN_TEXT).nullable(),
  message: z.string().max(PROBLEM_CHARACTERS_MAX).meta(PLAIN_TEXT),
});
export const rejectedVersion = z.strictObject({
  version: versionNumber,
  problems: z.array(problemAt).max(PROBLEMS_MAX),
  mixture: z.literal(true).exactOptional(),
});

/** Entries of a list in a report. */
const NOTED_MAX = 100;
const noted = z.array(z.string().max(1_000).meta(PLAIN_TEXT)).max(NOTED_MAX);

/** What a node's own place makes of a document. */
export const resolutionReport = z.strictObject({
  unreadReferences: z
    .int()
    .min(0)
    .exactOptional()
    .meta({ description: 'Strings with ${ that stay as written: the node does not resolve references' }),
  unresolved: noted.exactOptional().meta({ description: 'Paths whose references could not be resolved' }),
  profiles: noted.exactOptional().meta({ description: 'Profiles that are on; the last one wins' }),
  overridden: noted.exactOptional().meta({ description: 'Paths that the node takes from its own variables' }),
  pendingRestart: noted
    .exactOptional()
    .meta({ description: 'Paths at which the process keeps what it started with until it is restarted' }),
});

export const nodeItem: z.ZodType<NodeItem> = z
  .strictObject({
    name: z.string(),
    environment: z.string(),
    service: z.string(),
    state: nodeState,
    running: runningVersion.nullable(),
    rejected: rejectedVersion.nullable(),
    sdk: z.string().nullable(),
    reportedAt: instant,
    active: versionNumber,
    upToDate: z.boolean().nullable(),
    remedy: z.string().exactOptional(),
    ...resolutionReport.shape,
  })
  .meta({ id: 'Node' });

export const nodesAnswer: z.ZodType<NodesAnswer> = z.strictObject({ items: z.array(nodeItem), next: z.null() });

export const nodeReportAnswer: z.ZodType<NodeReportAnswer> = z.strictObject({ name: z.string(), reportedAt: instant });

const follower = z.strictObject({ position: position.nullable(), lagMs: z.int().min(0).nullable() });

const liveApi: z.ZodType<LiveApi> = z.strictObject({
  id: z.string(),
  release: z.string(),
  features: z.array(z.string()),
  heartbeatAt: instant,
  answering: z.boolean(),
});

export const statusAnswer: z.ZodType<StatusAnswer> = z.strictObject({
  installation: z.string(),
  release: z.string(),
  publicKey: z.strictObject({ keyId: z.string(), publicKey: z.string() }),
  environments: z.array(z.string()),
  parts: z.array(z.strictObject({ name: z.string(), state: z.enum(['up', 'down']), detail: z.string().nullable() })),
  log: z.strictObject({
    state: z.enum(['unchecked', 'held', 'in doubt', 'set back']),
    missing: z.strictObject({ stream: z.string(), revision }).nullable(),
  }),
  position: position.nullable(),
  readModel: follower,
  feed: follower.nullable(),
  apis: z.array(liveApi).nullable(),
  parked: z.array(parkedItem),
  parkedStreams: z.array(parkedItem),
  seal: z.strictObject({ streamCount: count, revision }).nullable(),
  brokenStreams: z.array(
    z.strictObject({ stream: z.string(), code: z.enum(['STREAM_BROKEN', 'STREAM_UNREADABLE']), error: z.string(), foundAt: instant }),
  ),
  statements: z.strictObject({
    ledgers: z.strictObject({ activeCount: count, statement2Count: count }).nullable(),
    heldBackBy: z.array(z.strictObject({ ledger: z.string(), node: z.string(), sdk: z.string().nullable() })),
    detail: z.string(),
  }),
  inheritance: z.strictObject({
    active: z.boolean().nullable(),
    waiting: count,
    blocked: z.array(z.strictObject({ ledger: z.string(), code: z.string(), message: z.string(), blockedAt: instant })).nullable(),
    detail: z.string().nullable(),
  }),
  limits: z.array(
    z.strictObject({
      name: z.string(),
      unit: z.string(),
      max: z.number().int(),
      inUse: z.number().int().nullable(),
      refusals: z.number().int(),
    }),
  ),
  truncated,
  startedAt: instant,
});

export const healthAnswer: z.ZodType<HealthAnswer> = z
  .strictObject({
    healthy: z.boolean(),
    checks: z.record(z.string(), z.strictObject({ healthy: z.boolean(), detail: z.string().nullable(), tookMs: z.number() })),
    timestamp: instant,
    version: z.string(),
  })
  .meta({ id: 'Health' });
