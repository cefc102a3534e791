// The records of the topic `<namespace>.active` as bytes.
import {
  readActivationMarker,
  readFeedBeat,
  readFeedLeaf,
  type ActivationMarker,
  type FeedBeat,
  type FeedLeaf,
} from '@confledger/contracts';
import { parseJsonText } from '@confledger/document';
import type { IHeaders, Message } from 'kafkajs';

/** What prefixes the topics of an installation that names nothing else. */
export const NAMESPACE_DEFAULT = 'confledger';
const BEAT_KEY = '~beat';
const VERSION_HEADER = 'version';

export function activeTopic(namespace: string): string {
  return `${namespace}.active`;
}

/** What a key names: a beat, a ledger's marker (path is ''), or a leaf. */
export type RecordKey = { readonly kind: 'beat' } | { readonly kind: 'ledger'; readonly ledger: string; readonly path: string };

/** Null for a key that is not ours. */
export function readKey(key: Buffer | null): RecordKey | null {
  if (key === null) return null;
  const text = key.toString('utf8');
  if (text === BEAT_KEY) return { kind: 'beat' };
  const bar = text.indexOf('|');
  return bar < 0 ? null : { kind: 'ledger', ledger: text.slice(0, bar), path: text.slice(bar + 1) };
}

/** A record as it comes from a consumer. */
export interface StoredRecord {
  readonly value: Buffer | null;
  readonly headers?: IHeaders;
}

/** Null for a record that is not a leaf. */
export function readLeaf(path: string, record: StoredRecord): FeedLeaf | null {
  if (record.value === null) return { path, version: versionOf(record.headers), removed: true };
  return readFeedLeaf(parse(record.value), path);
}

/** Null for a marker that was removed or is malformed. */
export function readMarker({ value }: StoredRecord): ActivationMarker | null {
  return value === null ? null : readActivationMarker(parse(value));
}

export function readBeat({ value }: StoredRecord): FeedBeat | null {
  return value === null ? null : readFeedBeat(parse(value));
}

export function leafMessage(ledger: string, leaf: FeedLeaf, partition: number): Message {
  const key = `${ledger}|${leaf.path}`;
  if ('removed' in leaf) return { key, value: null, headers: { [VERSION_HEADER]: String(leaf.version) }, partition };
  return { key, value: JSON.stringify({ value: leaf.value, version: leaf.version }), partition };
}

export function markerMessage(ledger: string, marker: ActivationMarker, partition: number): Message {
  return { key: `${ledger}|`, value: JSON.stringify(marker), partition };
}

export function beatMessage(beat: FeedBeat, partition: number): Message {
  return { key: BEAT_KEY, value: JSON.stringify(beat), partition };
}

/** A removal without a version that can be read is a removal all the same. */
function versionOf(headers: IHeaders | undefined): number {
  const header = headers?.[VERSION_HEADER];
  const version = Number(Array.isArray(header) ? header[0] : header);
  return Number.isSafeInteger(version) && version >= 0 ? version : 0;
}

function parse(value: Buffer): unknown {
  try {
    return parseJsonText(value.toString('utf8'));
  } catch {
    return null;
  }
}
