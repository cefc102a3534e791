// A feed in memory, for tests of trading code: signs with a key of its own and serves nodes of the same process.
import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import {
  activationStatement,
  keyIdOf,
  type ActivationMarker,
  type FeedSession,
  type FeedSink,
  type LayeredActivation,
  type NodeFeed,
} from '@confledger/contracts';
import { differencesToChanges, Document, mergePatch, type JsonObject, type JsonValue } from '@confledger/document';
import { MemoryChannel } from './memory-channel.js';

export interface MemoryFeed extends NodeFeed {
  /** What `connectNode` is given as `publicKey`. */
  readonly publicKey: string;
  /**
   * Activates the document with this merge patch made (RFC 7396: null removes); without a document, the patch is the first.
   * Resolves when every connected node has swapped or refused. Throws a TypeError when the result is not a document.
   */
  activate(patch: JsonObject): Promise<void>;
  /** As when the network fails: nodes receive nothing any more, and become stale in time. */
  disconnect(): void;
  /** Nodes catch up with everything that was activated meanwhile. */
  reconnect(): void;
}

export interface MemoryFeedOptions {
  /** Globs of places that a running node must not pick up live, as schemas with `x-reload: restart` make them. */
  readonly restart?: readonly string[];
}

/** A feed with this document active, or, without one, with nothing active yet. Any environment and service that a node asks for has it. */
export function memoryFeed(document?: JsonObject, options: MemoryFeedOptions = {}): MemoryFeed {
  return new InMemoryFeed(document, options);
}

class InMemoryFeed implements MemoryFeed {
  readonly reportTarget = null;
  readonly publicKey: string;
  readonly #privateKey: KeyObject;
  readonly #keyId: string;
  readonly #origin = randomUUID();
  readonly #channels = new Map<string, MemoryChannel>();
  #document: Document | null = null;
  #version = 0;
  #previous: number | null = null;
  #occurredAt = new Date().toISOString();
  readonly #restart: readonly string[];

  constructor(document: JsonObject | undefined, { restart = [] }: MemoryFeedOptions) {
    this.#restart = [...restart].sort();
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    this.publicKey = raw.toString('base64url');
    this.#privateKey = privateKey;
    this.#keyId = keyIdOf(raw);
    if (document !== undefined) this.#take(document);
  }

  open({ environment, service }: { readonly environment: string; readonly service: string }, sink: FeedSink): FeedSession {
    const ledger = `${environment}.${service}`;
    let channel = this.#channels.get(ledger);
    if (channel === undefined) {
      channel = new MemoryChannel();
      this.#channels.set(ledger, channel);
      this.#publish(ledger, channel);
    }
    return channel.open(sink);
  }

  activate(patch: JsonObject): Promise<void> {
    this.#take(mergePatch(this.#document?.toJson() ?? {}, patch));
    for (const [ledger, channel] of this.#channels) this.#publish(ledger, channel);
    return Promise.resolve();
  }

  disconnect(): void {
    for (const channel of this.#channels.values()) channel.disconnect();
  }

  reconnect(): void {
    for (const channel of this.#channels.values()) channel.reconnect();
  }

  #take(json: JsonValue): void {
    const made = Document.from(json as JsonObject);
    if (!made.ok) throw new TypeError(`memoryFeed: ${made.problem.message}`);
    const before = this.#document;
    this.#previous = before === null ? null : this.#version;
    this.#document = before === null ? made.value : before.apply(differencesToChanges(before.diff(made.value)));
    // As in a ledger: the version's last set, then its activation.
    this.#version += 2;
    this.#occurredAt = new Date().toISOString();
  }

  #publish(ledger: string, channel: MemoryChannel): void {
    if (this.#document === null) return;
    const statement = {
      keyId: this.#keyId,
      origin: this.#origin,
      activation: this.#version + 1,
      version: this.#version,
      previous: this.#previous,
      digest: this.#document.digest,
    };
    const said = { ...statement, actor: 'test', occurredAt: this.#occurredAt, ...this.#layered(statement.digest) };
    const signature = sign(null, activationStatement(ledger, said), this.#privateKey).toString('base64url');
    const marker: Omit<ActivationMarker, 'changes'> = { ...said, signature };
    channel.publish(marker, this.#document);
  }

  /** Only where there is something that the first form of a statement cannot say. */
  #layered(own: string): LayeredActivation | Record<never, never> {
    if (this.#restart.length === 0) return {};
    const previousActivation = this.#previous === null ? null : this.#previous + 1;
    return { previousActivation, own, layers: [], restart: this.#restart, pinned: false, definition: null, previousHash: own };
  }
}
