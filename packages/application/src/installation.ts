// Who this installation is: the first event of the stream `installation`, made by the first start and read by every other.
import { parseJsonText } from '@confledger/document';
import { recordEvent } from '@confledger/domain';
import type { InstallationCreated } from '@confledger/domain';
import { toAppend } from './codec.js';
import type { EventStore } from './ports/event-store.js';
import type { Clock, Ids, Signer } from './ports/system.js';

export const INSTALLATION_STREAM = 'installation';

/** The event store belongs to an installation whose activations are signed with another key. */
export class InstallationKeyMismatch extends Error {
  override readonly name = 'InstallationKeyMismatch';
}

/** The installation's id. Makes the installation where the event store is new; of two that try, both get the same one. */
export async function ensureInstallation(options: {
  readonly store: EventStore;
  readonly signer: Signer;
  readonly ids: Ids;
  readonly clock: Clock;
}): Promise<string> {
  const { store, signer } = options;
  const known = (await readInstallation(store)) ?? (await createInstallation(options));
  if (known.publicKey === signer.publicKey) return known.installation;
  throw new InstallationKeyMismatch(
    `the event store belongs to installation ${known.installation}, whose signing key is ${known.keyId}; the key given here is ${signer.keyId}`,
  );
}

/** Who the installation is; null where no api has made it yet. */
export async function readInstallation(store: EventStore): Promise<InstallationCreated['data'] | null> {
  const [first] = await store.readStream(INSTALLATION_STREAM, { from: 0, direction: 'forwards', limit: 1 });
  return first ? (parseJsonText(first.data) as InstallationCreated['data']) : null;
}

async function createInstallation({
  store,
  signer,
  ids,
  clock,
}: Parameters<typeof ensureInstallation>[0]): Promise<InstallationCreated['data']> {
  const { keyId, publicKey } = signer;
  const event: InstallationCreated = { type: 'InstallationCreated', data: { installation: ids.next(), keyId, publicKey } };
  const commandId = ids.next();
  const envelope = {
    actor: { id: 'confledger', method: 'internal', roles: [] },
    reason: 'first start',
    commandId,
    fingerprint: signer.fingerprint(commandId),
    correlationId: commandId,
    causationId: null,
    traceparent: null,
    changeSetId: ids.next(),
    now: clock.now(),
  };
  const end = { revision: -1, hash: null, occurredAt: null, origin: null };
  const recorded = recordEvent(INSTALLATION_STREAM, end, event, { id: envelope.changeSetId, index: 0, size: 1 }, envelope);
  await store.append(INSTALLATION_STREAM, -1, [toAppend(recorded)]);
  const made = await readInstallation(store);
  if (made === null) throw new Error('the installation was made, but cannot be read');
  return made;
}
