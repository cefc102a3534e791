// The version of another ledger that is promoted, by a read that begins with the call.
import { contentOf, LedgerId, refuse, versionNumber, type LedgerTypes, type PromotedVersion, type VersionName } from '@confledger/domain';
import type { FactSource } from '../commands/facts.js';
import type { KeptStream } from '../loading/kept-stream.js';
import { loadVersion, type LedgerReader } from './ledger-versions.js';

export interface PromotedVersionTools {
  readonly reader: LedgerReader;
  readonly keptOf: (ledger: LedgerId) => KeptStream<LedgerTypes>;
}

export async function promotedVersion(
  { reader, keptOf }: PromotedVersionTools,
  from: string,
  name: VersionName,
): Promise<{ readonly value: PromotedVersion; readonly source: FactSource }> {
  const id = LedgerId.parse(from);
  if (id === null) throw new TypeError(`'${from}' is not the name of a ledger`);
  const { stream } = await keptOf(id).fresh();
  const source = { stream: id.stream, revision: stream.revision };
  const { state: ledger, revision } = stream;
  if (ledger === null) return { value: { kind: 'refused', refusal: sourceUnknown(id) }, source };
  const existing = { id, ledger, revision };
  const version = versionNumber(existing, name);
  if (typeof version !== 'number') return { value: { kind: 'refused', refusal: version }, source };
  const loaded = new Map([[version, await loadVersion(reader, id, version)]]);
  const content = contentOf(existing, version, { get: (_, wanted) => loaded.get(wanted) });
  if (content === undefined) throw new Error(`version ${version} of ${from} was not loaded`);
  const value = 'code' in content ? ({ kind: 'refused', refusal: content } as const) : ({ kind: 'found', ...content } as const);
  return { value, source };
}

const sourceUnknown = ({ text }: LedgerId) =>
  refuse('LEDGER_UNKNOWN', 'from', `There is no ledger ${text} to promote from`, 'Look at GET /configurations for those that exist');
