// Another mac key for an installation whose old one is lost, or known to others. Done offline, by the holder of the signing key.
import type { Installation, SealedEnd } from '@confledger/domain';
import { Authentication } from '../loading/authentication.js';
import type { EventStore } from '../ports/event-store.js';
import type { Clock, Ids, Keys } from '../ports/system.js';
import { installationQueue, signedMacKey } from './installation-queue.js';

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
  const authentication = new WithoutOldMacs({ authority: keys });
  const { queue } = installationQueue({ store, signer: keys, ids, clock, authentication });
  const outcome = await queue.execute(
    { type: 'ReplaceMacKey', macKey: signedMacKey(keys, installation), ends },
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
