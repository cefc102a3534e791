// One activated version as a node reads it: immutable, and safe to hold across awaits.
import type { ActivationMarker } from '@confledger/contracts';
import type { Document, JsonValue } from '@confledger/document';
import type { NodeObject, NodeValue, View } from './resolving/view.js';

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
  readonly #view: View;
  readonly #values = new Map<string, NodeValue>();
  readonly #absent = new Set<string>();

  /** `view`: what the document means on this node. */
  constructor(marker: ActivationMarker, document: Document, view: View) {
    this.version = marker.version;
    this.activation = marker.activation;
    this.digest = marker.digest;
    this.actor = marker.actor;
    this.activatedAt = marker.occurredAt;
    this.#document = document;
    this.#view = view;
  }

  /**
   * The value at a path as this node runs it, deep-frozen: a leaf, an object, or (empty path) the whole. Undefined when absent. References are
   * resolved and profiles laid over it where the node has these options.
   */
  get(path: string): NodeValue | undefined {
    // Paths are looked up in the tree once; every later call is one Map.get.
    const value = this.#values.get(path);
    return value !== undefined ? value : this.#lookUp(path);
  }

  /** The value at a path as the ledger holds it, deep-frozen: with references as they are written. Undefined when absent. */
  raw(path: string): JsonValue | undefined {
    return path === '' ? this.#document.toJson() : this.#document.valueAt(path);
  }

  /** The whole document as this node runs it, deep-frozen. */
  toJson(): NodeObject {
    return this.#view.toJson();
  }

  #lookUp(path: string): NodeValue | undefined {
    if (this.#absent.has(path)) return undefined;
    const value = this.#view.valueAt(path);
    if (value !== undefined) this.#values.set(path, value);
    else if (this.#absent.size < ABSENT_PATHS_MAX) this.#absent.add(path);
    return value;
  }
}
