// Another fingerprint key for an installation whose old one is lost, or known to others. Offline: every api is stopped.
//
// The new key is made beside the old one and is on the disk before the log names it; it takes the old one's place after that. So whatever is
// killed in between, the key that the log names is in one of the two files, and running this again finishes it.
import {
  InstallationKeyMismatch,
  readInstallation,
  replaceMacKey,
  verifyLog,
  type Clock,
  type EventStore,
  type Ids,
  type Verification,
  type VerificationEvent,
} from '@confledger/application';
import { INSTALLATION_STREAM, type Installation, type SealedEnd } from '@confledger/domain';
import { readIfThere, replaceKeepingOld } from '@confledger/process/private-file';
import { StartRefused } from '@confledger/process/start-refused';
import { makeFingerprintKey, openAuthority, openKeys, publicKeyIn, type KeyFiles } from './keys.js';

/** Events read at once to see who wrote meanwhile. */
const PAGE_EVENTS = 500;

export interface ReplaceKeyOptions {
  readonly store: EventStore;
  readonly keyFiles: KeyFiles;
  readonly ids: Ids;
  readonly clock: Clock;
  /** Hears of the verification. */
  readonly onVerification: (event: VerificationEvent) => void;
  /** Hears what is done, in sentences. */
  readonly say: (text: string) => void;
  /** Ends it before the log is written to. */
  readonly stopping: AbortSignal;
}

export type ReplaceKeyOutcome =
  | { readonly kind: 'replaced' }
  /** An earlier run was broken off after the log named its key: the file is in its place now. */
  | { readonly kind: 'finished' }
  /** Nothing was changed. */
  | { readonly kind: 'does not hold' }
  /** The key is replaced, but an api that was still running wrote to these streams with the old one. */
  | { readonly kind: 'written meanwhile'; readonly streams: readonly string[] };

/** Verifies the log without macs, then replaces the key. Rejects with StartRefused, KeyUnusable, InstallationKeyMismatch. */
export async function replaceFingerprintKey(options: ReplaceKeyOptions): Promise<ReplaceKeyOutcome> {
  const { store, keyFiles, say } = options;
  const installation = await readInstallation(store);
  if (installation === null) throw new StartRefused('The event store holds no installation. Name the one whose key is to be replaced.');
  const publicKey = checkedSigningKey(keyFiles.signingKeyFile, installation);
  if (isNamed(installation, nextFileOf(keyFiles))) {
    putInPlace(keyFiles, say);
    return { kind: 'finished' };
  }
  const verification = await verified(options, publicKey);
  if (!verification.holds) return { kind: 'does not hold' };
  if ((await store.lastPosition()) !== verification.position)
    throw new StartRefused('The log grew while it was verified: an api is still running. Stop every api, then run this again.');
  const position = await nameKey(options, installation, verification);
  putInPlace(keyFiles, say);
  const streams = await writtenMeanwhile(store, verification.position, position);
  return streams.length === 0 ? { kind: 'replaced' } : { kind: 'written meanwhile', streams };
}

function checkedSigningKey(signingKeyFile: string, { installation, keyId, publicKey }: Installation): string {
  const given = publicKeyIn(signingKeyFile);
  if (given === null)
    throw new StartRefused(`${signingKeyFile} is missing. Only the holder of the installation's signing key may replace the other one.`);
  if (given === publicKey) return given;
  throw new InstallationKeyMismatch(
    'signing key',
    `the event store belongs to installation ${installation}, whose signing key is ${keyId}`,
  );
}

const nextFileOf = ({ fingerprintKeyFile }: KeyFiles): string => `${fingerprintKeyFile}.next`;

function isNamed({ macKey }: Installation, file: string): boolean {
  return readIfThere(file) !== null && macKey !== null && openAuthority(file).macKey === macKey.macKey;
}

async function verified({ store, onVerification, stopping }: ReplaceKeyOptions, publicKey: string): Promise<Verification> {
  for await (const event of verifyLog({ store, authority: null, publicKey })) {
    stopping.throwIfAborted();
    onVerification(event);
    if (event.kind === 'result') return event;
  }
  throw new TypeError('A verification ends with its result.');
}

/** Answers the position of the last event. */
async function nameKey(
  { store, keyFiles, ids, clock, say }: ReplaceKeyOptions,
  installation: Installation,
  { ends }: Verification,
): Promise<bigint> {
  const fingerprintKeyFile = nextFileOf(keyFiles);
  const { macKey } = makeFingerprintKey(fingerprintKeyFile);
  const keys = openKeys({ signingKeyFile: keyFiles.signingKeyFile, fingerprintKeyFile });
  say(`Naming the mac key ${macKey}, and sealing ${ends.size - 1} streams.`);
  const sealed = [...ends].filter(([stream]) => stream !== INSTALLATION_STREAM);
  return replaceMacKey({
    store,
    keys,
    installation,
    ends: sealed.map(([stream, { revision, hash }]): SealedEnd => [stream, revision, hash]),
    ids,
    clock,
  });
}

function putInPlace(keyFiles: KeyFiles, say: (text: string) => void): void {
  const { fingerprintKeyFile } = keyFiles;
  const next = nextFileOf(keyFiles);
  const aside = `${fingerprintKeyFile}.before-${openAuthority(next).macKey}`;
  replaceKeepingOld(next, fingerprintKeyFile, aside);
  say(`${fingerprintKeyFile} holds the new key. If there was one before, it is kept as ${aside}.`);
}

/** Streams that got events between the verification and the new key. */
async function writtenMeanwhile(store: EventStore, after: bigint, until: bigint): Promise<readonly string[]> {
  const streams = new Set<string>();
  for (let position = after; position < until;) {
    const page = await store.readAll({ after: position, limit: PAGE_EVENTS });
    for (const event of page) if (event.position < until && event.stream !== INSTALLATION_STREAM) streams.add(event.stream);
    position = page.at(-1)?.position ?? until;
  }
  return [...streams];
}
