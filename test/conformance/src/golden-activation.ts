// An activation with statement 2 as it was recorded once, from a golden stream of the domain: what every node must verify for ever.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readActivationMarker, type ActivationMarker, type FeedLeaf } from '@confledger/contracts';
import { Document, parseJsonText, type JsonObject } from '@confledger/document';

const FILE = new URL('../../../packages/domain/src/ledger/golden/version-activated.v2.mac.json', import.meta.url);
/** PKCS #8 of the Ed25519 seed that signed the golden streams: 32 bytes 0x07. */
const PRIVATE_KEY = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]);

interface GoldenFile {
  readonly ledger: string;
  readonly events: readonly { readonly id: string; readonly type: string; readonly data: string; readonly metadata: string }[];
  readonly foldsTo: { readonly configuration: JsonObject };
}

export interface GoldenActivation {
  /** `<environment>.<service>` */
  readonly ledger: string;
  /** Raw, base64url. */
  readonly publicKey: string;
  readonly marker: ActivationMarker;
  readonly leaves: readonly FeedLeaf[];
}

/** The newest activation of the golden stream, as a feed sends it to a new reader. Its members are named by hand. */
export function goldenActivation(): GoldenActivation {
  const { ledger, events, foldsTo } = JSON.parse(readFileSync(FILE, 'utf8')) as GoldenFile;
  const activation = events.findLastIndex(({ type }) => type === 'VersionActivated');
  const { pending: _pending, rollbackTo: _rollbackTo, ...data } = parsed(events[activation]?.data);
  const { previousHash, occurredAt, actor } = parsed(events[activation]?.metadata);
  const made = Document.from(foldsTo.configuration);
  if (!made.ok) throw new Error(made.problem.message);
  const version = Number(data['version']);
  const leaves = Array.from(made.value.leaves(), ({ path, value }): FeedLeaf => ({ path, value, version }));
  const { id } = actor as { readonly id: string };
  const envelope = { origin: events[0]?.id, activation, changes: leaves.length, previousHash, actor: id, occurredAt };
  const marker = readActivationMarker({ ...data, ...envelope });
  if (marker === null) throw new Error('the golden stream ends with no activation');
  return { ledger, publicKey: publicKey(), marker, leaves };
}

function parsed(text: string | undefined): JsonObject {
  return parseJsonText(text ?? '{}') as JsonObject;
}

function publicKey(): string {
  const key = createPublicKey(createPrivateKey({ key: PRIVATE_KEY, format: 'der', type: 'pkcs8' }));
  return key.export({ format: 'jwk' }).x ?? '';
}
