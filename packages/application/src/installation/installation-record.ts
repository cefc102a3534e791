// The installation as an api knows it: made by the first start and read by every other, with the keys that are its own and what was sealed.
import {
  INSTALLATION_STREAM,
  StreamCorrupt,
  type Installation,
  type InstallationCommand,
  type InstallationTypes,
  type Seal,
  type SealedEnd,
} from '@confledger/domain';
import type { CommandQueue } from '../commands/command-queue.js';
import type { CommandRequest, Outcome } from '../commands/outcome.js';
import { Authentication, type Seals } from '../loading/authentication.js';
import { isStreamFault } from '../loading/broken-streams.js';
import type { KeptStream } from '../loading/kept-stream.js';
import { hashOf } from '../stored-texts.js';
import { EventStoreUnavailable, type EventStore } from '../ports/event-store.js';
import type { Clock, Ids, Keys } from '../ports/system.js';
import { installationQueue, signedMacKey } from './installation-queue.js';
import { readInstallation } from './read-installation.js';

/** The event store belongs to an installation with another signing key or another mac key than the ones given here. */
export class InstallationKeyMismatch extends Error {
  override readonly name = 'InstallationKeyMismatch';
  /** The key that is another. The mac key is made from the fingerprint key. */
  readonly key: 'signing key' | 'fingerprint key';

  constructor(key: 'signing key' | 'fingerprint key', message: string) {
    super(message);
    this.key = key;
  }
}

/** The log does not hold a seal that an api of this installation has seen: its stream was cut, or exchanged. */
export class SealLost extends Error {
  override readonly name = 'SealLost';
}

/** A seal as an api keeps it. */
export interface KeptSeal {
  /** Id of the installation. */
  readonly installation: string;
  /** Of the newest `StreamsSealed` in the stream `installation`, with its hash. */
  readonly revision: number;
  readonly hash: string;
}

export interface InstallationOptions {
  readonly store: EventStore;
  readonly signer: Keys;
  readonly ids: Ids;
  readonly clock: Clock;
  /** What earlier processes saw, which the log must hold. Null: nothing, or a person accepted a log that was set back. */
  readonly keptSeal?: KeptSeal | null;
  /** Hears of a seal that is newer than the kept one. */
  readonly onSeal?: (seal: KeptSeal) => void;
}

/**
 * The installation, made where the event store is new; of two that try, both get the same one. An installation of before macs is told the key.
 * Throws `InstallationKeyMismatch`, and `StreamCorrupt` when somebody else wrote into its stream.
 */
export async function ensureInstallation(options: InstallationOptions): Promise<InstallationRecord> {
  const record = new InstallationRecord(options);
  await record.ensure();
  return record;
}

export class InstallationRecord implements Seals {
  readonly #kept: KeptStream<InstallationTypes>;
  readonly #queue: CommandQueue<InstallationTypes>;
  readonly #options: InstallationOptions;
  #keptSeal: KeptSeal | null;
  /** As it was read last and found to be true. What is read and does not hold never takes its place. */
  #proved: Installation | null = null;

  constructor(options: InstallationOptions) {
    this.#options = options;
    this.#keptSeal = options.keptSeal ?? null;
    const authentication = new Authentication({ authority: options.signer });
    ({ kept: this.#kept, queue: this.#queue } = installationQueue({ ...options, authentication }));
  }

  get id(): string {
    return this.#state().installation;
  }

  /** Null while nothing was sealed. */
  get seal(): Seal | null {
    return this.#proved?.seal ?? null;
  }

  /** Throws `EventStoreUnavailable` until the installation was read: nothing may pass for unsealed meanwhile. */
  endOf(stream: string): { readonly revision: number; readonly hash: string | null } | null {
    if (this.#proved === null) throw new EventStoreUnavailable('What was sealed has not been read yet.');
    const { seal } = this.#proved;
    return seal && (seal.ends.get(stream) ?? { revision: -1, hash: null });
  }

  /** Makes what is missing, and checks that the keys are the installation's. */
  async ensure(): Promise<void> {
    // Read without the key first: another key is told as such, not as a log that somebody wrote into.
    const found = await readInstallation(this.#options.store);
    if (found !== null) this.#checkFound(found);
    else if (this.#keptSeal === null) await this.#create();
    else throw new SealLost(`the log holds no installation, and a seal of installation ${this.#keptSeal.installation} was seen before`);
    if (found?.macKey === null) await this.#setMacKey(found);
    await this.refresh();
  }

  /** Reads what other apis recorded of the installation since. Throws `InstallationKeyMismatch` where the mac key was replaced meanwhile. */
  async refresh(): Promise<void> {
    const { stream } = await this.#kept.fresh().catch((error: unknown) => this.#unlessReplaced(error));
    if (stream.state === null) throw new Error('The installation was made, but cannot be read.');
    this.#checkFound(stream.state);
    this.#check(stream.state);
    await this.#keepSeal(stream.state);
    this.#proved = stream.state;
  }

  /** Records where streams end: up to there they count as they stand. `again`: streams of an installation that is sealed already. */
  async sealStreams(
    { ends, again }: { readonly ends: readonly SealedEnd[]; readonly again: boolean },
    request: CommandRequest<null>,
  ): Promise<Outcome<InstallationTypes>> {
    const outcome = await this.#queue.execute({ type: 'SealStreams', ends, again }, request);
    await this.refresh();
    return outcome;
  }

  /** By the old mac key, what a replacement wrote does not hold. It counts when the signing key signed the new one. */
  async #unlessReplaced(error: unknown): Promise<never> {
    if (!isStreamFault(error)) throw error;
    const { store, signer } = this.#options;
    const found = await readInstallation(store).catch(() => null);
    const macKey = found?.macKey ?? null;
    if (found === null || macKey === null) throw error;
    const { signature } = signedMacKey(signer, found.installation, macKey.macKey);
    if (macKey.signature === signature) this.#checkKeys(found);
    throw error;
  }

  async #keepSeal({ installation, seal }: Installation): Promise<void> {
    const kept = this.#keptSeal;
    if (kept !== null && kept.revision === seal?.revision && kept.hash === seal.hash) return;
    if (kept !== null && !(await this.#holds(kept)))
      throw new SealLost(`the stream installation does not hold the seal at revision ${kept.revision} that was seen before`);
    if (seal === null) return;
    this.#keptSeal = { installation, revision: seal.revision, hash: seal.hash };
    this.#options.onSeal?.(this.#keptSeal);
  }

  async #holds({ revision, hash }: KeptSeal): Promise<boolean> {
    const [stored] = await this.#options.store.readStream(INSTALLATION_STREAM, { from: revision, limit: 1 });
    return stored !== undefined && hashOf(stored) === hash;
  }

  #state(): Installation {
    if (this.#proved === null) throw new TypeError('The installation is not read yet.');
    return this.#proved;
  }

  async #create(): Promise<void> {
    const { signer, ids } = this.#options;
    const installation = ids.next();
    const created = { installation, keyId: signer.keyId, publicKey: signer.publicKey };
    await this.#execute({ type: 'CreateInstallation', created, macKey: signedMacKey(signer, installation) }, 'first start');
  }

  async #setMacKey({ installation }: Installation): Promise<void> {
    await this.#execute(
      { type: 'SetMacKey', macKey: signedMacKey(this.#options.signer, installation) },
      'first start of a release with macs',
    );
  }

  /** Refused: another start was first, and what it wrote is checked like everything else. */
  async #execute(command: InstallationCommand, reason: string): Promise<void> {
    await this.#queue.execute(command, {
      actor: { id: 'confledger', method: 'internal', roles: [] },
      reason,
      request: JSON.stringify(command),
      correlationId: this.#options.ids.next(),
      guards: null,
    });
  }

  /** Before anything is written: another installation, or one of before macs, cannot stand where a seal was seen. */
  #checkFound(found: Installation): void {
    const kept = this.#keptSeal;
    if (kept !== null && kept.installation !== found.installation)
      throw new SealLost(
        `the log holds installation ${found.installation}, and a seal of installation ${kept.installation} was seen before`,
      );
    if (kept !== null && found.seal === null)
      throw new SealLost(`the stream installation does not hold the seal at revision ${kept.revision} that was seen before`);
    this.#checkKeys(found);
  }

  #checkKeys({ installation, keyId, publicKey, macKey }: Installation): void {
    const { signer } = this.#options;
    if (publicKey !== signer.publicKey) {
      throw new InstallationKeyMismatch(
        'signing key',
        `the event store belongs to installation ${installation}, whose signing key is ${keyId}; the key given here is ${signer.keyId}`,
      );
    }
    if (macKey !== null && macKey.macKey !== signer.macKey) {
      throw new InstallationKeyMismatch(
        'fingerprint key',
        `the event store belongs to installation ${installation}, whose mac key is ${macKey.macKey}; the fingerprint key given here makes the mac key ${signer.macKey}`,
      );
    }
  }

  #check(state: Installation): void {
    const { installation, macKey, hasMac } = state;
    // Ed25519 is deterministic: who has the key verifies by signing again.
    if (macKey !== null && macKey.signature !== signedMacKey(this.#options.signer, installation).signature)
      throw new StreamCorrupt(`the installation's mac key ${macKey.macKey} is not signed with its signing key`);
    if (macKey !== null && !hasMac)
      throw new StreamCorrupt('the stream installation ends with a change set that has no mac: no api recorded it');
  }
}
