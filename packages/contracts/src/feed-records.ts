// Reads what came over the wire as feed records. Every consumer of a feed checks shapes here, so that a reader meets typed values only.
import type { JsonObject, JsonValue } from '@confledger/document';
import type { ActivationLayer, ActivationMarker, FeedBeat, FeedDocument, FeedLeaf, LayeredActivation } from './feed.js';

type Fields = { readonly [name: string]: unknown };

/**
 * The leaf or removal in this JSON; null when it is not one. Paths and values are judged later, by the digest. A feed that says the
 * path elsewhere hands it over: spreading both into one object was half of what reading 10,000 leaves cost.
 */
export function readFeedLeaf(json: unknown, knownPath?: string): FeedLeaf | null {
  if (!isFields(json)) return null;
  const path = knownPath ?? json['path'];
  const version = json['version'];
  if (typeof path !== 'string' || !isRevision(version)) return null;
  if (json['removed'] === true) return { path, version, removed: true };
  // Whatever a JSON parser gives is a JSON value; only its absence is not.
  return Object.hasOwn(json, 'value') ? { path, version, value: json['value'] as JsonValue } : null;
}

/** The whole document in this JSON; null when it is not one. What it holds is judged later, by the digest. */
export function readFeedDocument(json: unknown): FeedDocument | null {
  if (!isFields(json)) return null;
  const { configuration, seals, version } = json;
  if (!isFields(configuration) || !isFields(seals) || !isRevision(version)) return null;
  // Whatever a JSON parser gives is a JSON value.
  return { configuration: configuration as JsonObject, seals: seals as JsonObject, version };
}

/** The marker in this JSON; null when it is not one. Its signature is not checked here. */
export function readActivationMarker(json: unknown): ActivationMarker | null {
  if (!isFields(json)) return null;
  const { origin, activation, version, previous, digest, changes, keyId, signature, actor, occurredAt } = json;
  if (!isRevision(activation) || !isRevision(version) || !isRevision(changes)) return null;
  if (previous !== null && !isRevision(previous)) return null;
  if (typeof origin !== 'string' || typeof digest !== 'string' || typeof keyId !== 'string') return null;
  if (typeof signature !== 'string' || typeof actor !== 'string' || typeof occurredAt !== 'string') return null;
  const marker = { origin, activation, version, previous, digest, changes, keyId, signature, actor, occurredAt };
  if (json['own'] === undefined) return marker;
  // With `own` the statement has form 2: a marker that lacks one of its members is malformed.
  const layered = readLayered(json);
  return layered === null ? null : { ...marker, ...layered };
}

function readLayered(json: Fields): LayeredActivation | null {
  const { previousActivation, own, layers, restart, pinned, definition, previousHash } = json;
  if (typeof own !== 'string' || typeof previousHash !== 'string' || typeof pinned !== 'boolean') return null;
  if (previousActivation !== null && !isRevision(previousActivation)) return null;
  if (definition !== null && !isRevision(definition)) return null;
  if (!isListOf(restart, (each) => typeof each === 'string') || !isListOf(layers, isLayer)) return null;
  return { previousActivation, own, layers, restart, pinned, definition, previousHash };
}

function isListOf<T>(json: unknown, isItem: (each: unknown) => each is T): json is readonly T[] {
  return Array.isArray(json) && json.every(isItem);
}

function isLayer(json: unknown): json is ActivationLayer {
  if (!isFields(json)) return false;
  const { ledger, origin, activation, version, digest } = json;
  return [ledger, origin, digest].every((each) => typeof each === 'string') && isRevision(activation) && isRevision(version);
}

/** The beat in this JSON; null when it is not one. */
export function readFeedBeat(json: unknown): FeedBeat | null {
  if (!isFields(json)) return null;
  const { installation, incarnation, position, time, partitions } = json;
  if (typeof installation !== 'string' || typeof incarnation !== 'string') return null;
  if (typeof position !== 'string' || typeof time !== 'string' || !isRevision(partitions)) return null;
  const mark = readMark(json['mark']);
  return { installation, incarnation, position, time, partitions, ...(mark === null ? {} : { mark }) };
}

function readMark(json: unknown): NonNullable<FeedBeat['mark']> | null {
  if (!isFields(json)) return null;
  const { stream, revision, id } = json;
  return typeof stream === 'string' && isRevision(revision) && typeof id === 'string' ? { stream, revision, id } : null;
}

function isFields(json: unknown): json is Fields {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function isRevision(json: unknown): json is number {
  return Number.isSafeInteger(json) && Number(json) >= 0;
}
