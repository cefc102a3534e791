// One activated version as a node reads it: immutable, and safe to hold across awaits.
import type { ActivationMarker } from '@confledger/contracts';
import type { Document, JsonObject, JsonValue } from '@confledger/document';

/** Absent paths that are remembered; more are looked up anew each time. */
const ABSENT_PATHS_MAX = 1_000;

export class NodeSnapshot {
  readonly version: number;
  /** Revision of the activation; orders snapshots. */
  readonly activation: number;
  /** Hex digest of the whole document. */
  readonly digest: string;
  /** Id of who activated it. */
  readonly actor: string;
  /** When it was activated, by the ledger. */
  readonly activatedAt: string;
  readonly #document: Document;
  readonly #values = new Map<string, JsonValue>();
  readonly #absent = new Set<string>();

  constructor(marker: ActivationMarker, document: Document) {
    this.version = marker.version;
    this.activation = marker.activation;
    this.digest = marker.digest;
    this.actor = marker.actor;
    this.activatedAt = marker.occurredAt;
    this.#document = document;
  }

  /** The value at a path as activated, deep-frozen: a leaf, an object, or (empty path) the whole. Undefined when absent. */
  get(path: string): JsonValue | undefined {
    // Paths are looked up in the tree once; every later call is one Map.get.
    const value = this.#values.get(path);
    return value !== undefined ? value : this.#lookUp(path);
  }

  /** The whole document, deep-frozen. */
  toJson(): JsonObject {
    return this.#document.toJson();
  }

  #lookUp(path: string): JsonValue | undefined {
    if (this.#absent.has(path)) return undefined;
    const value = path === '' ? this.#document.toJson() : this.#document.valueAt(path);
    if (value !== undefined) this.#values.set(path, value);
    else if (this.#absent.size < ABSENT_PATHS_MAX) this.#absent.add(path);
    return value;
  }
}
