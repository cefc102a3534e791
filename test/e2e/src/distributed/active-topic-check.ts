// Holds the topic of activations against the log: markers go up, each stands on exactly its leaves, is signed, and is an activation that the
// log knows; at its end the topic holds what is active now. Computed with nothing of the product.
import type { KeyObject } from 'node:crypto';
import { digestOfLeaves, holds, type CheckedLedger, type Json, type JsonObject, verifyingKey } from '../log-check.js';
import type { TopicRecord } from './topic-records.js';

export interface ActiveTopicExpectations {
  /** Records in between may be gone: only what is there at the end is compared with its leaves. */
  readonly compacted?: boolean;
  /** Somebody else has written to it: markers may come again or go down, and what does not hold may stand in between. */
  readonly forged?: boolean;
}

interface Marker extends JsonObject {
  readonly origin: string;
  readonly activation: number;
  readonly version: number;
  readonly previous: number | null;
  readonly digest: string;
  readonly keyId: string;
  readonly signature: string;
}

interface Held {
  readonly leaves: Map<string, Json>;
  marker: Marker | null;
}

/** What is wrong, in words; empty when nothing is. */
export function activeTopicProblems(
  records: readonly TopicRecord[],
  ledgers: ReadonlyMap<string, CheckedLedger>,
  publicKey: string,
  { compacted = false, forged = false }: ActiveTopicExpectations = {},
): string[] {
  const key = verifyingKey(publicKey);
  const held = new Map<string, Held>();
  const problems: string[] = [];
  for (const record of records) {
    if (record.key === '~beat') continue;
    const bar = record.key.indexOf('|');
    const [ledger, path] = [record.key.slice(0, bar), record.key.slice(bar + 1)];
    const its = held.get(ledger) ?? { leaves: new Map(), marker: null };
    held.set(ledger, its);
    const value = record.value === null ? null : (JSON.parse(record.value) as JsonObject);
    if (path !== '') {
      if (value === null) its.leaves.delete(path);
      else its.leaves.set(path, value['value'] ?? null);
      continue;
    }
    const marker = value as Marker | null;
    if (!forged) {
      const at = `${ledger}, offset ${record.offset} of partition ${record.partition}`;
      for (const problem of markerProblems(marker, its, ledgers.get(ledger), ledger, key, compacted)) problems.push(`${at}: ${problem}`);
    }
    its.marker = marker;
  }
  for (const [ledger, { active }] of ledgers) problems.push(...endProblems(ledger, active, held.get(ledger)));
  for (const ledger of held.keys()) if (!ledgers.has(ledger)) problems.push(`the topic holds ${ledger}, of which the log knows nothing`);
  return problems;
}

function markerProblems(marker: Marker | null, its: Held, logged: CheckedLedger | undefined, ledger: string, key: KeyObject, compacted: boolean): string[] {
  if (marker === null) return ['the marker was removed'];
  const { origin, activation, version, previous, digest, keyId, signature } = marker;
  const known = logged?.activations.get(activation);
  const problems: string[] = [];
  if (known === undefined || known.version !== version || known.digest !== digest || logged?.origin !== origin) problems.push(`activation ${activation} is not the log's`);
  if (its.marker !== null && activation <= its.marker.activation) problems.push(`activation ${activation} follows ${its.marker.activation}`);
  if (!compacted && digestOfLeaves(its.leaves) !== digest) problems.push(`activation ${activation} does not stand on its leaves`);
  if (!holds({ keyId, ledger, origin, activation, version, previous, digest }, signature, key)) problems.push(`activation ${activation} is not signed`);
  return problems;
}

function endProblems(ledger: string, active: CheckedLedger['active'], held: Held | undefined): string[] {
  if (active === null) return held === undefined ? [] : [`the topic holds ${ledger}, which runs nothing`];
  if (held?.marker?.activation !== active.activation) return [`the topic ends at activation ${held?.marker?.activation} of ${ledger}, the log at ${active.activation}`];
  return digestOfLeaves(held.leaves) === active.digest ? [] : [`at its end the topic does not hold what is active in ${ledger}`];
}
