// What every writer to the stream of the installation shares: its queue, and how a mac key is named.
import { macKeyStatement } from '@confledger/contracts';
import { installationAggregate, type InstallationTypes, type MacKeySet } from '@confledger/domain';
import { CommandQueue } from '../commands/command-queue.js';
import type { Authentication } from '../loading/authentication.js';
import { KeptStream } from '../loading/kept-stream.js';
import { StreamReader } from '../loading/stream-reader.js';
import type { EventStore } from '../ports/event-store.js';
import type { Clock, Ids, Keys } from '../ports/system.js';

export interface InstallationQueueOptions {
  readonly store: EventStore;
  readonly signer: Keys;
  readonly ids: Ids;
  readonly clock: Clock;
  /** What of the stream is believed. */
  readonly authentication: Authentication;
}

export interface InstallationQueue {
  readonly kept: KeptStream<InstallationTypes>;
  readonly queue: CommandQueue<InstallationTypes>;
}

export function installationQueue({ store, signer, ids, clock, authentication }: InstallationQueueOptions): InstallationQueue {
  const aggregate = installationAggregate;
  const reader = new StreamReader(aggregate, { store, authentication });
  const kept = new KeptStream(null, reader);
  const finish = <E>(event: E): E => event;
  return {
    kept,
    queue: new CommandQueue({ id: null, aggregate, kept, reader, store, clock, ids, signer, finish, finishDryRun: finish, facts: {} }),
  };
}

/** A mac key, that of these keys by default, as the installation's stream names it. */
export function signedMacKey(keys: Keys, installation: string, macKey = keys.macKey): MacKeySet['data'] {
  const { keyId } = keys;
  return { macKey, keyId, signature: keys.sign(macKeyStatement({ keyId, installation, macKey })) };
}
