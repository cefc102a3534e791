// What the api is made of, and what its routes get. The composition root hands in `ApiOptions`; createApi adds what lives as long as the api.
import type { ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type {
  ApiHeartbeats,
  Authority,
  Clock,
  EnvironmentsCore,
  InheritanceBlocks,
  EventStore,
  InstallationRecord,
  Ledgers,
  LogGuard,
  NodeReports,
  ReadModel,
} from '@confledger/application';
import type { OperationName } from '@confledger/contracts/http';
import type { TokenOwner } from './auth.js';
import type { EdgeLimits, Edge } from './edge/limits.js';
import type { AnswerCost, LargeAnswers } from './edge/large-answers.js';
import type { ListReads } from './edge/list-reads.js';
import type { StatementChoice } from './ledger/statement-choice.js';
import type { InheritanceStanding } from './runtime/inheritance.js';
import type { JudgementCounts } from './runtime/measured-judge.js';

/** The public half of the key that activations are signed with. */
export interface SignerPublicKey {
  /** First 16 hex digits of SHA-256 of the raw key. */
  readonly keyId: string;
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string;
}

/** What the api measures of itself and of the parts that it uses, for Prometheus. */
export interface MetricsText {
  readonly contentType: string;
  read(): Promise<string>;
}

/** The feed as clients follow it over HTTP. */
export interface FeedStreams {
  /**
   * Answers a client with the stream of one ledger, head included, until it goes, its `signal` aborts or the feed closes.
   * Resolves when the client is in; rejects, with nothing written, when the active document cannot be loaded.
   */
  subscribe(ledger: string, client: FeedStreamClient): Promise<void>;
}

/** A client that asks for the feed. */
export interface FeedStreamClient {
  readonly response: ServerResponse;
  readonly lastEventId: string | null;
  /** It takes the active document as one event instead of leaf by leaf. */
  readonly takesDocument: boolean;
  readonly signal: AbortSignal;
  /** Awaited before a document of this cost is written. */
  readonly turn: (cost: AnswerCost) => Promise<void>;
}

/** A part that the process of the api starts and watches. */
export interface OwnPart {
  readonly name: string;
  /** What is wrong with it, in a sentence that holds no secret: probes need no token. Null when nothing is. */
  readonly problem: () => string | null;
}

/** What the api is made of. */
export interface ApiOptions {
  readonly ledgers: Ledgers;
  readonly readModel: ReadModel;
  readonly reports: NodeReports;
  /** The apis of this installation that run. */
  readonly heartbeats: ApiHeartbeats;
  /** Which form of statement activations are signed with. */
  readonly statements: Pick<StatementChoice, 'rule' | 'nodesWithoutForm2'>;
  readonly eventStore: Pick<EventStore, 'lastPosition' | 'counts' | 'readAll' | 'readAt' | 'readStream'>;
  /** Says whether the log holds what was acknowledged. */
  readonly logGuard: Pick<LogGuard, 'standing' | 'problem'>;
  /** Null where the feed does not go over HTTP. */
  readonly feed: FeedStreams | null;
  /** How far the feed is complete, for /status and /metrics; null where this api does not know. */
  readonly feedPosition: (() => bigint) | null;
  /** Other parts that this process starts and watches, for health, /status and /metrics. Default: none. */
  readonly ownParts?: readonly OwnPart[];
  /** Judgements by schemas that this process made. Default: not counted. */
  readonly judgements?: () => JudgementCounts;
  readonly tokens: readonly TokenOwner[];
  /** Operations that need no token here, beside those that need none anywhere. */
  readonly openOperations: readonly OperationName[];
  readonly environments: EnvironmentsCore;
  /** Ledgers that cannot follow their parents. */
  readonly inheritanceBlocks: Pick<InheritanceBlocks, 'list'>;
  /** What the follower of this process does; null where none runs in it. */
  readonly inheritance: (() => InheritanceStanding) | null;
  /** Id of the installation. */
  readonly installation: string;
  readonly signerPublicKey: SignerPublicKey;
  /** What was sealed, and the stream that says it. */
  readonly installationRecord: Pick<InstallationRecord, 'seal' | 'endOf' | 'refresh' | 'sealStreams'>;
  /** Has the mac key, for verifications. */
  readonly authority: Authority;
  readonly logger: FastifyBaseLogger;
  readonly clock: Clock;
  /** Other limits than EDGE_LIMITS. */
  readonly edgeLimits?: Partial<EdgeLimits>;
  /** The release of ConfLedger. */
  readonly version: string;
}

/** What routes get. */
export interface ApiContext extends ApiOptions {
  /** Id of this api, new at every start. */
  readonly apiId: string;
  readonly startedAt: string;
  readonly metrics: MetricsText;
  /** What there is only so much of. */
  readonly edge: Edge;
  readonly largeAnswers: LargeAnswers;
  readonly listReads: ListReads;
  /** Aborts when the api closes: ends what would stay open for ever. */
  readonly closing: AbortSignal;
}
