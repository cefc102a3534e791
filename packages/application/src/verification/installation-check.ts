// The installation's own stream, checked first: it names the keys that everything else is checked with, and what was sealed.
import { isSignatureOf, keyIdOf, macKeyStatement, readPublicKey } from '@confledger/contracts';
import {
  contentProblem,
  emptyStream,
  INSTALLATION_STREAM,
  installationAggregate,
  step,
  type Installation,
  type InstallationCreated,
  type InstallationEvent,
  type InstallationTypes,
  type MacKeySet,
  type Recorded,
  type StreamOf,
} from '@confledger/domain';
import { decodeStored } from '../codec.js';
import { InstallationKeyMismatch } from '../installation/installation-record.js';
import { isStreamFault } from '../loading/broken-streams.js';
import { PAGE_EVENTS } from '../loading/stream-reader.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import type { Authority } from '../ports/system.js';
import { findingAt, type Finding } from './findings.js';

export interface InstallationCheckOptions {
  readonly store: Pick<EventStore, 'readStream'>;
  /** Events behind it are not looked at. */
  readonly until: bigint;
  /** Null: macs are not checked. */
  readonly authority: Authority | null;
  /** The public key that the installation must have; null: the one that the log names. */
  readonly publicKey: string | null;
}

export class InstallationCheck {
  readonly #options: InstallationCheckOptions;
  #stream: StreamOf<InstallationTypes> = emptyStream(INSTALLATION_STREAM);
  #created: InstallationCreated['data'] | null = null;
  #finding: Finding | null = null;
  #oldKeyEnds: ReadonlyMap<string, { readonly revision: number }> | null = null;

  constructor(options: InstallationCheckOptions) {
    this.#options = options;
  }

  /** As far as its stream holds; null where there is none. */
  get installation(): Installation | null {
    return this.#stream.state;
  }

  get finding(): Finding | null {
    return this.#finding;
  }

  /** Where it ends, as far as it holds. */
  get end(): { readonly revision: number; readonly hash: string | null } {
    return this.#stream;
  }

  get publicKey(): string | null {
    return this.#options.publicKey ?? this.installation?.publicKey ?? null;
  }

  /** The revision up to which the macs of a stream are of a key that was replaced; -1 where all are of today's. */
  oldKeyUpTo(stream: string): number {
    return this.#oldKeyEnds?.get(stream)?.revision ?? -1;
  }

  /** Reads the stream. Throws `InstallationKeyMismatch` when the installation names another mac key, with a signature that holds. */
  async run(): Promise<void> {
    const { store, until } = this.#options;
    for (;;) {
      const from = this.#stream.revision + 1;
      const page = await store.readStream(INSTALLATION_STREAM, { from, direction: 'forwards', limit: PAGE_EVENTS });
      for (const stored of page) {
        if (stored.position > until) return this.#checkKey();
        this.#take(stored);
        if (this.#finding !== null) return;
      }
      if (page.length < PAGE_EVENTS) return this.#checkKey();
    }
  }

  #take(stored: StoredEvent): void {
    const problem = contentProblem(stored) ?? this.#followed(stored);
    if (problem !== null) this.#finding = findingAt(stored, problem);
  }

  /** Folds the event in when it holds; says why not otherwise. */
  #followed(stored: StoredEvent): string | null {
    try {
      const event = decodeStored<InstallationEvent>(installationAggregate.events, stored);
      const { stream, completed } = step(installationAggregate.apply, this.#stream, event);
      const problem = this.#eventProblem(event) ?? (completed === null ? null : this.#macProblem(event, stream.state));
      if (problem !== null) return problem;
      if (completed !== null) this.#noteReplaced(this.#stream.state, stream.state);
      this.#stream = stream;
      return null;
    } catch (error) {
      if (isStreamFault(error)) return error.message;
      throw error;
    }
  }

  #noteReplaced(before: Installation | null, after: Installation | null): void {
    const old = before?.macKey ?? null;
    if (old !== null && old.macKey !== after?.macKey?.macKey) this.#oldKeyEnds = after?.seal?.ends ?? new Map();
  }

  #eventProblem({ type, data }: Recorded<InstallationEvent>): string | null {
    if (type === 'InstallationCreated') {
      this.#created = data;
      return this.#createdProblem(data);
    }
    return type === 'MacKeySet' ? this.#macKeyProblem(data) : null;
  }

  #createdProblem({ keyId, publicKey }: InstallationCreated['data']): string | null {
    const wanted = this.#options.publicKey;
    if (wanted !== null && wanted !== publicKey) return `its public key is ${publicKey}, and ${wanted} was expected`;
    return keyIdOf(Buffer.from(publicKey, 'base64url')) === keyId ? null : 'its key id is not that of its public key';
  }

  #macKeyProblem({ macKey, keyId, signature }: MacKeySet['data']): string | null {
    const created = this.#created;
    const statement = macKeyStatement({ keyId, installation: created?.installation ?? '', macKey });
    const key = readPublicKey(created?.publicKey ?? '');
    return keyId === created?.keyId && key !== null && isSignatureOf(key, statement, signature)
      ? null
      : 'the mac key that it names is not signed with the signing key of the installation';
  }

  /** Once a mac key is named, every change set has a mac. Those of a key that was replaced cannot be checked any more. */
  #macProblem({ metadata }: Recorded<InstallationEvent>, state: Installation | null): string | null {
    const { authority } = this.#options;
    const named = state?.macKey ?? null;
    if (metadata.mac === undefined) return named === null ? null : 'its change set has no mac, and the mac key was named before';
    if (authority === null || named?.macKey !== authority.macKey) return null;
    return authority.mac(Buffer.from(metadata.hash, 'hex')) === metadata.mac ? null : "its mac is not one of this installation's apis";
  }

  #checkKey(): void {
    const { authority } = this.#options;
    const named = this.installation?.macKey ?? null;
    if (authority === null || named === null || named.macKey === authority.macKey) return;
    throw new InstallationKeyMismatch(
      'fingerprint key',
      `the installation's mac key is ${named.macKey}; the fingerprint key given here makes the mac key ${authority.macKey}`,
    );
  }
}
