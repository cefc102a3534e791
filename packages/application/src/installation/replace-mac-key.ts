// Another mac key for an installation whose old one is lost, or known to others. Done offline, by the holder of the signing key.
import { macKeyStatement } from '@confledger/contracts';
import { installationAggregate, type Installation, type InstallationTypes, type SealedEnd } from '@confledger/domain';
import { CommandQueue } from '../commands/command-queue.js';
import { Authentication } from '../loading/authentication.js';
import { KeptStream } from '../loading/kept-stream.js';
import { StreamReader } from '../loading/stream-reader.js';
import type { EventStore } from '../ports/event-store.js';
import type { Clock, Ids, Keys } from '../ports/system.js';

export interface ReplaceMacKeyOptions {
  readonly store: EventStore;
  /** The signing key of the installation, and the new mac key. */
  readonly keys: Keys;
  readonly installation: Pick<Installation, 'installation'>;
  /** Where all streams end, those that were verified. What stands there is sealed as it stands. */
  readonly ends: readonly SealedEnd[];
  readonly ids: Ids;
  readonly clock: Clock;
}

/** Macs that exist are of a key that nobody has any more: they are not checked. New ones are made with the new key. */
class WithoutOldMacs extends Authentication {
  override changeSet(): void {}
  override mac(): void {}
}

/** Names the new key and seals all streams, in one change set. Answers the position behind it. Throws when the stream refuses it. */
export async function replaceMacKey({
  store,
  keys,
  installation: { installation },
  ends,
  ids,
  clock,
}: ReplaceMacKeyOptions): Promise<bigint> {
  const aggregate = installationAggregate;
  const reader = new StreamReader(aggregate, { store, authentication: new WithoutOldMacs({ authority: keys }) });
  const queue = new CommandQueue<InstallationTypes>({
    id: null,
    aggregate,
    kept: new KeptStream(null, reader),
    reader,
    store,
    clock,
    ids,
    signer: keys,
    finish: (event) => event,
    finishDryRun: (event) => event,
    facts: {},
  });
  const { keyId, macKey } = keys;
  const signature = keys.sign(macKeyStatement({ keyId, installation, macKey }));
  const outcome = await queue.execute(
    { type: 'ReplaceMacKey', macKey: { macKey, keyId, signature }, ends },
    {
      actor: { id: 'confledger', method: 'offline', roles: [] },
      reason: 'the mac key was replaced',
      request: 'replace mac key',
      correlationId: ids.next(),
      guards: null,
    },
  );
  if (outcome.kind === 'refused') throw new Error(`The mac key was not replaced: ${outcome.refusal.message}.`);
  return outcome.position;
}
