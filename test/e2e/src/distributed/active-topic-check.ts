// Holds the topic of activations against the log: markers go up, each stands on exactly its leaves, is signed, and is an activation that the
// log knows; no beat says more than what stands before it; at its end the topic holds what is active now. Computed with nothing of the product.
import type { KeyObject } from 'node:crypto';
import { digestOfLeaves, holds, type CheckedLedger, type Json, type JsonObject, verifyingKey } from '../log-check.js';
import type { TopicRecord } from './topic-records.js';

export interface ActiveTopicExpectations {
  /** Records in between may be gone: only what is there at the end is compared with its leaves. */
  readonly compacted?: boolean;
  /** Somebody else has written to it: markers may come again or go down, what does not hold may stand in between, and rubbish anywhere. */
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
  /** A marker that has it has statement 2. */
  readonly own?: string;
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
  const partitions = new Map(records.map((record) => [placeOf(record).ledger, record.partition]));
  const problems: string[] = [];
  for (const record of forged ? genuineLooking(records, ledgers) : records) {
    if (record.key === '~beat') {
      const its = [...ledgers].filter(([ledger]) => partitions.get(ledger) === record.partition);
      if (!compacted && !forged) problems.push(...beatProblems(record, its, held));
      continue;
    }
    const { ledger, path } = placeOf(record);
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

function placeOf({ key }: TopicRecord): { readonly ledger: string; readonly path: string } {
  const bar = key.indexOf('|');
  return { ledger: key.slice(0, bar), path: key.slice(bar + 1) };
}

/** Without what no reader can take for a record of a ledger: of none that the log knows, not JSON, or in a partition that is not the ledger's. */
function genuineLooking(records: readonly TopicRecord[], ledgers: ReadonlyMap<string, CheckedLedger>): TopicRecord[] {
  const counts = new Map<string, Map<number, number>>();
  const known = records.filter((record) => ledgers.has(placeOf(record).ledger) && isJson(record.value));
  for (const record of known) {
    const { ledger } = placeOf(record);
    const its = counts.get(ledger) ?? new Map<number, number>();
    counts.set(ledger, its);
    its.set(record.partition, (its.get(record.partition) ?? 0) + 1);
  }
  // Where most of a ledger lies, the others were never written by a relay.
  const home = (ledger: string): number | undefined => [...(counts.get(ledger) ?? [])].toSorted(([, a], [, b]) => b - a)[0]?.[0];
  const homes = new Map([...counts.keys()].map((ledger) => [ledger, home(ledger)]));
  return known.filter((record) => homes.get(placeOf(record).ledger) === record.partition);
}

function isJson(value: string | null): boolean {
  if (value === null) return true;
  try {
    const json: unknown = JSON.parse(value);
    return typeof json === 'object' && json !== null;
  } catch {
    return false;
  }
}

/** A beat says up to which position of the log its partition is complete: whoever takes over goes on there. */
function beatProblems(
  { partition, offset, value }: TopicRecord,
  ledgers: readonly (readonly [string, CheckedLedger])[],
  held: ReadonlyMap<string, Held>,
): string[] {
  const { position } = JSON.parse(value ?? 'null') as { readonly position: string };
  const upTo = BigInt(position.slice(position.indexOf(':') + 1));
  return ledgers.flatMap(([ledger, { activations }]) => {
    const newest = [...activations.values()].findLast((each) => each.position <= upTo)?.activation ?? -1;
    const there = held.get(ledger)?.marker?.activation ?? -1;
    if (there >= newest) return [];
    return [
      `the beat at offset ${offset} of partition ${partition} says that activation ${newest} of ${ledger} is there, and there is ${there}`,
    ];
  });
}

function markerProblems(
  marker: Marker | null,
  its: Held,
  logged: CheckedLedger | undefined,
  ledger: string,
  key: KeyObject,
  compacted: boolean,
): string[] {
  if (marker === null) return ['the marker was removed'];
  const { origin, activation, version, digest, signature, own } = marker;
  const known = logged?.activations.get(activation);
  const problems: string[] = [];
  if (known === undefined || known.version !== version || known.digest !== digest || logged?.origin !== origin)
    problems.push(`activation ${activation} is not the log's`);
  if (its.marker !== null && activation <= its.marker.activation)
    problems.push(`activation ${activation} follows ${its.marker.activation}`);
  if (!compacted && digestOfLeaves(its.leaves) !== digest) problems.push(`activation ${activation} does not stand on its leaves`);
  if (known !== undefined && known.form !== (own === undefined ? 1 : 2))
    problems.push(`activation ${activation} has another form of statement`);
  if (!holds(own === undefined ? 1 : 2, { ...marker, ledger }, signature, key)) problems.push(`activation ${activation} is not signed`);
  return problems;
}

function endProblems(ledger: string, active: CheckedLedger['active'], held: Held | undefined): string[] {
  if (active === null) return held === undefined ? [] : [`the topic holds ${ledger}, which runs nothing`];
  if (held?.marker?.activation !== active.activation)
    return [`the topic ends at activation ${held?.marker?.activation} of ${ledger}, the log at ${active.activation}`];
  return digestOfLeaves(held.leaves) === active.digest ? [] : [`at its end the topic does not hold what is active in ${ledger}`];
}
