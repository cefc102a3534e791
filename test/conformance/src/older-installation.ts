// An installation as a release before macs made it: one event without a mac, and nothing that is sealed.
import { toAppend, type EventStore, type Signer } from '@confledger/application';
import { INSTALLATION_STREAM, recordEvent, type InstallationCreated, type RecordedText } from '@confledger/domain';

const MADE_MS = Date.UTC(2026, 0, 1);

const ID = '11111111-2222-4333-8444-555555555555';

/** Writes it into an empty store. Answers its id. */
export async function olderInstallation(store: EventStore, keys: Pick<Signer, 'keyId' | 'publicKey'>): Promise<string> {
  await store.append(INSTALLATION_STREAM, -1, [toAppend(olderInstallationEvent(keys))]);
  return ID;
}

/** The event of which it consists. */
export function olderInstallationEvent({ keyId, publicKey }: Pick<Signer, 'keyId' | 'publicKey'>): RecordedText<InstallationCreated> {
  const end = { name: INSTALLATION_STREAM, revision: -1, hash: null, occurredAt: null, origin: null };
  const created: InstallationCreated = { type: 'InstallationCreated', data: { installation: ID, keyId, publicKey } };
  const envelope = {
    actor: { id: 'confledger', method: 'internal', roles: [] },
    reason: 'first start',
    commandId: '22222222-3333-4444-8555-666666666666',
    fingerprint: '00',
    correlationId: 'first start',
    causationId: null,
    traceparent: null,
    changeSetId: '33333333-4444-4555-8666-777777777777',
    now: MADE_MS,
  };
  const place = { changeSet: { id: envelope.changeSetId, index: 0, size: 1 }, envelope };
  return recordEvent(end, created, place, { macOf: null, schemaVersionOf: () => 1 });
}
