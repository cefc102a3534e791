// Computes everything that a log says anew, with nothing of the product: the chain of hashes, the ids, the documents, their digests, the
// signatures, and how often each command took effect.
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** An event as a store keeps it, in the log's order. */
export interface LogRow {
  readonly position: string | bigint;
  readonly stream: string;
  readonly revision: string | number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

interface Metadata extends JsonObject {
  readonly commandId: string;
  readonly changeSet: { readonly id: string; readonly index: number; readonly size: number };
  readonly hash: string;
  readonly mac?: string;
  readonly previousHash: string | null;
  readonly occurredAt: string;
  readonly schemaVersion: number;
  readonly actor: { readonly id: string };
}

/** The members of an event's data that are looked at, whatever its type. */
interface Data extends JsonObject {
  readonly path: string;
  readonly value: Json;
  readonly version: number;
  readonly previous: number | null;
  readonly digest: string;
  readonly keyId: string;
  readonly signature: string;
  /** Of an activation of form 2, as are its other members that the signature covers. */
  readonly previousActivation?: number | null;
  readonly own?: string;
}

interface ReadEvent {
  readonly position: bigint;
  readonly revision: number;
  readonly type: string;
  readonly data: Data;
  readonly metadata: Metadata;
}

export interface CheckedActivation {
  /** Of its event in the log. */
  readonly position: bigint;
  readonly activation: number;
  readonly version: number;
  readonly digest: string;
  /** Of its statement. */
  readonly form: Form;
}

/** What a ledger comes to by its events alone. */
export interface CheckedLedger {
  /** Digest of head. */
  readonly digest: string;
  readonly version: number | null;
  readonly active: CheckedActivation | null;
  /** Every activation there ever was, by its number. */
  readonly activations: ReadonlyMap<number, CheckedActivation>;
  /** Id of the first event. */
  readonly origin: string;
  /** For each command: its whole change sets (more than one is one too many), and head after the last of them. */
  readonly commands: ReadonlyMap<string, { readonly times: number; readonly version: number | null; readonly digest: string }>;
  /** Change sets that were begun and never ended. */
  readonly abandoned: number;
}

export interface CheckedLog {
  /** What is wrong, in words; empty when nothing is. */
  readonly problems: readonly string[];
  /** By `<environment>.<service>`. */
  readonly ledgers: ReadonlyMap<string, CheckedLedger>;
}

/** Checks every event of a log. `publicKey` is the raw Ed25519 key, base64url. */
export function checkLog(rows: readonly LogRow[], publicKey: string): CheckedLog {
  const problems: string[] = [];
  const streams = new Map<string, ReadEvent[]>();
  let last = 0n;
  for (const row of rows) {
    const position = BigInt(row.position);
    if (position <= last) problems.push(`position ${position} follows ${last}`);
    last = position;
    const events = streams.get(row.stream) ?? [];
    streams.set(row.stream, events);
    events.push(checkedEvent(row, events.at(-1), problems));
  }
  const key = verifyingKey(publicKey);
  const ledgers = new Map<string, CheckedLedger>();
  for (const [stream, events] of streams) {
    if (!stream.startsWith('config-')) continue;
    const ledger = stream.slice('config-'.length);
    ledgers.set(ledger, checkedLedger(ledger, events, key, problems));
  }
  return { problems, ledgers };
}

/** Of its change set. The time of one that nobody ended says nothing. */
function isLast({ metadata: { changeSet } }: ReadEvent): boolean {
  return changeSet.index + 1 === changeSet.size;
}

function checkedEvent(row: LogRow, before: ReadEvent | undefined, problems: string[]): ReadEvent {
  const { stream, type } = row;
  const revision = Number(row.revision);
  const data = JSON.parse(row.data) as Data;
  const metadata = JSON.parse(row.metadata) as Metadata;
  // The mac is made from the hash, and the hash leaves it out.
  const { hash, mac: _, ...bare } = metadata;
  const wrong = (what: string): unknown => problems.push(`${stream} ${revision}: ${what}`);
  if (revision !== (before?.revision ?? -1) + 1) wrong('a revision is missing');
  if (metadata.previousHash !== (before?.metadata.hash ?? null)) wrong('the chain is broken');
  if (before !== undefined && isLast(before) && metadata.occurredAt < before.metadata.occurredAt) wrong('time goes back');
  const expected = sha256(canonical({ stream, revision, type, data, metadata: bare as JsonObject }));
  if (hash !== expected) wrong('the hash is not that of its content');
  if (row.id !== uuid8(expected)) wrong('the id is not made from the hash');
  return { position: BigInt(row.position), revision, type, data, metadata };
}

function checkedLedger(ledger: string, events: readonly ReadEvent[], key: KeyObject, problems: string[]): CheckedLedger {
  const leaves = new Map<string, Json>();
  const digests = new Map<number, string>();
  const commands = new Map<string, { times: number; version: number | null; digest: string }>();
  const origin = originOf(events, ledger);
  let version: number | null = null;
  let digest = digestOfLeaves(leaves);
  const activations = new Map<number, CheckedActivation>();
  let active: CheckedActivation | null = null;
  let abandoned = 0;
  for (const set of changeSets(events)) {
    const [first] = set;
    if (first === undefined || set.length !== first.metadata.changeSet.size) {
      abandoned += 1;
      continue;
    }
    for (const { type, data, revision } of set) {
      if (type !== 'ConfigSet' && type !== 'ConfigDeleted') continue;
      if (type === 'ConfigSet') leaves.set(data.path, data.value);
      else if (!leaves.delete(data.path)) problems.push(`${ledger} ${revision}: deletes what is not there`);
      version = revision;
    }
    digest = digestOfLeaves(leaves);
    if (version !== null) digests.set(version, digest);
    for (const event of set) {
      if (event.type !== 'VersionActivated') continue;
      const { version: to, previous, digest: stated } = event.data;
      if (previous !== (active?.version ?? null)) problems.push(`${ledger} ${event.revision}: previous is not what was active`);
      if (digests.get(to) !== stated) problems.push(`${ledger} ${event.revision}: the digest is not that of version ${to}`);
      if (!isSigned(ledger, origin, event, key)) problems.push(`${ledger} ${event.revision}: the signature does not hold`);
      for (const problem of formProblems(event, active)) problems.push(`${ledger} ${event.revision}: ${problem}`);
      active = { position: event.position, activation: event.revision, version: to, digest: stated, form: formOf(event) };
      activations.set(event.revision, active);
    }
    const times = (commands.get(first.metadata.commandId)?.times ?? 0) + 1;
    commands.set(first.metadata.commandId, { times, version, digest });
  }
  return { digest, version, active, activations, origin, commands, abandoned };
}

/** Runs of events with one change set's id. */
function changeSets(events: readonly ReadEvent[]): ReadEvent[][] {
  const sets: ReadEvent[][] = [];
  for (const event of events) {
    const last = sets.at(-1);
    if (last?.[0]?.metadata.changeSet.id === event.metadata.changeSet.id) last.push(event);
    else sets.push([event]);
  }
  return sets;
}

/** The origin is the id of the first event, which its hash gives. */
function originOf(events: readonly ReadEvent[], ledger: string): string {
  const [first] = events;
  if (first === undefined) throw new Error(`${ledger} has no events`);
  return uuid8(first.metadata.hash);
}

/** The form of the statement that a signature covers. */
export type Form = 1 | 2;

const FORM_1 = ['keyId', 'ledger', 'origin', 'activation', 'version', 'previous', 'digest'];
/** What a statement of each form says. */
const STATED: Readonly<Record<Form, readonly string[]>> = {
  1: FORM_1,
  2: [...FORM_1, 'previousActivation', 'own', 'layers', 'restart', 'pinned', 'definition', 'previousHash', 'actor', 'occurredAt'],
};

function isSigned(ledger: string, origin: string, event: ReadEvent, key: KeyObject): boolean {
  const { data, metadata, revision } = event;
  const { previousHash, actor, occurredAt } = metadata;
  const stated = { ...data, ledger, origin, activation: revision, previousHash, actor: actor.id, occurredAt };
  return holds(formOf(event), stated, data.signature, key);
}

const formOf = ({ metadata }: ReadEvent): Form => (metadata.schemaVersion === 1 ? 1 : 2);

/** Nothing builds on other ledgers yet: an activation's own document is the whole one. */
function formProblems(event: ReadEvent, before: CheckedActivation | null): string[] {
  if (formOf(event) === 1) return before?.form === 2 ? ['statement 1 follows statement 2'] : [];
  const { previousActivation, own, digest } = event.data;
  const problems = previousActivation === (before?.activation ?? null) ? [] : ['previousActivation is not the activation before'];
  return own === digest ? problems : [...problems, 'its own document is not the one that is active'];
}

export function verifyingKey(publicKey: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
}

/** Whether a signature is the key's, over a statement of this form about these members. */
export function holds(form: Form, members: JsonObject, signature: string, key: KeyObject): boolean {
  const stated = Object.fromEntries(STATED[form].map((name) => [name, members[name] ?? null]));
  return verify(null, Buffer.from(`confledger.activation.v${form}\n${canonical(stated)}`), key, Buffer.from(signature, 'base64url'));
}

/** In hex. The load of the tests writes plain names, so that a dot always parts two segments. */
export function digestOfLeaves(leaves: ReadonlyMap<string, Json>): string {
  interface Level extends Map<string, Level | { readonly leaf: Json }> {}
  const root: Level = new Map();
  for (const [path, leaf] of leaves) {
    const names = path.split('.');
    let level = root;
    for (const name of names.slice(0, -1)) {
      const below = level.get(name);
      const next: Level = below instanceof Map ? below : new Map();
      level.set(name, next);
      level = next;
    }
    level.set(names.at(-1) ?? '', { leaf });
  }
  const digest = (node: Level | { readonly leaf: Json }): Buffer => {
    const hash = createHash('sha256');
    if (!(node instanceof Map)) return hash.update(Buffer.of(0)).update(canonical(node.leaf)).digest();
    hash.update(Buffer.of(1));
    for (const name of [...node.keys()].sort()) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(name));
      hash
        .update(length)
        .update(name)
        .update(digest(node.get(name) ?? new Map()));
    }
    return hash.digest();
  };
  return digest(root).toString('hex');
}

/** RFC 8785: JavaScript sorts and writes as it says. */
function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(',')}}`;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function uuid8(hash: string): string {
  const bytes = Buffer.from(hash.slice(0, 32), 'hex');
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
