// What the routes need of the rest of the system. Made by createApi from its options, passed to every group of routes.
import type { ServerResponse } from 'node:http';
import type { Clock, EventStore, Ledgers, LogGuard, NodeReports, ReadModel } from '@confledger/application';

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
   * Answers a client with the stream of one ledger, head included, until it goes, `signal` aborts or the feed closes.
   * Resolves when the client is in; rejects, with nothing written, when the active document cannot be loaded.
   */
  subscribe(ledger: string, lastEventId: string | null, response: ServerResponse, signal?: AbortSignal): Promise<void>;
}

export interface ApiContext {
  readonly ledgers: Ledgers;
  readonly readModel: ReadModel;
  readonly reports: NodeReports;
  /** Null where the feed does not go over HTTP. */
  readonly feed: FeedStreams | null;
  /** How far the feed is complete; null where this api does not know. */
  readonly feedPosition: (() => bigint) | null;
  readonly eventStore: Pick<EventStore, 'lastPosition' | 'counts'>;
  /** Says whether the log holds what was acknowledged. */
  readonly logGuard: Pick<LogGuard, 'standing' | 'problem'>;
  readonly environments: readonly string[];
  readonly installation: string;
  readonly signerPublicKey: SignerPublicKey;
  readonly clock: Clock;
  /** The version of ConfLedger. */
  readonly version: string;
  readonly startedAt: string;
  readonly metrics: MetricsText;
  /** Aborts when the api closes: ends what would stay open for ever. */
  readonly closing: AbortSignal;
}
