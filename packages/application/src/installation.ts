// Who this installation is: the stream `installation`, begun by the first start and read by every other.
import { installationAggregate, type Installation, type InstallationTypes } from '@confledger/domain';
import { CommandQueue } from './commands/command-queue.js';
import { KeptStream } from './loading/kept-stream.js';
import { StreamReader } from './loading/stream-reader.js';
import type { EventStore } from './ports/event-store.js';
import type { Clock, Ids, Signer } from './ports/system.js';

/** The event store belongs to an installation whose activations are signed with another key. */
export class InstallationKeyMismatch extends Error {
  override readonly name = 'InstallationKeyMismatch';
}

export interface InstallationOptions {
  readonly store: EventStore;
  readonly signer: Signer;
  readonly ids: Ids;
  readonly clock: Clock;
}

/** The installation's id. Makes the installation where the event store is new; of two that try, both get the same one. */
export async function ensureInstallation(options: InstallationOptions): Promise<string> {
  const { store, signer } = options;
  const known = (await readInstallation(store)) ?? (await createInstallation(options));
  if (known.publicKey === signer.publicKey) return known.installation;
  throw new InstallationKeyMismatch(
    `the event store belongs to installation ${known.installation}, whose signing key is ${known.keyId}; the key given here is ${signer.keyId}`,
  );
}

/** Who the installation is; null where no api has made it yet. */
export async function readInstallation(store: Pick<EventStore, 'readStream'>): Promise<Installation | null> {
  const { stream } = await new StreamReader(installationAggregate, { store }).end(null);
  return stream.state;
}

async function createInstallation({ store, signer, ids, clock }: InstallationOptions): Promise<Installation> {
  const reader = new StreamReader(installationAggregate, { store });
  const queue = new CommandQueue<InstallationTypes>({
    id: null,
    aggregate: installationAggregate,
    kept: new KeptStream(null, reader),
    reader,
    store,
    clock,
    ids,
    signer,
    finish: (event) => event,
    finishDryRun: (event) => event,
    facts: {},
  });
  const { keyId, publicKey } = signer;
  const installation = { installation: ids.next(), keyId, publicKey };
  const outcome = await queue.execute(
    { type: 'CreateInstallation', installation },
    {
      actor: { id: 'confledger', method: 'internal', roles: [] },
      reason: 'first start',
      request: JSON.stringify(['CreateInstallation', installation]),
      correlationId: ids.next(),
      guards: null,
    },
  );
  // Refused: another start was first, and its installation is this one.
  const made = outcome.kind === 'done' ? outcome.after.state : (outcome.at?.stream.state ?? (await readInstallation(store)));
  if (made === null) throw new Error('The installation was made, but cannot be read.');
  return made;
}
