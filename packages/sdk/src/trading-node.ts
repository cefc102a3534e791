// What `connectNode` gives: the running configuration of one service, in memory.
import type { NodeCategory } from '@confledger/categories/validators';
import type { ChangeListener, ChangeListeners } from './change-listeners.js';
import { ConfLedgerError } from './errors.js';
import type { Handle, Handles } from './handles.js';
import type { NodeCore } from './node-core.js';
import { checkMount, type NodeSchemas, type NoSchemas, type ValueAt } from './options.js';
import type { NodeSnapshot } from './snapshot.js';
import type { NodeStatus } from './status.js';

export interface TradingNode<S extends NodeSchemas = NoSchemas> extends AsyncDisposable {
  /** How this node is called in reports. */
  readonly name: string;
  /**
   * A window on one path, typed by the schema given for it; without one, the JSON value as activated, undefined when absent. Get it once
   * and keep it. The empty path is the whole document.
   */
  handle<P extends (keyof S & string) | (string & {})>(path: P): Handle<ValueAt<S, P>>;
  /** What runs now, as one immutable version: hold it where several reads must belong together, across awaits too. */
  readonly snapshot: NodeSnapshot;
  readonly status: NodeStatus;
  /**
   * Calls the listener once per activation that changes a leaf whose path matches (`*` is one segment, `**` any number), after all handles
   * have swapped; not for the first snapshot. Returns the unsubscribe function.
   */
  onChange(glob: string, listener: ChangeListener, options?: { readonly signal?: AbortSignal }): () => void;
  /** Ends feed, timers and reports. Idempotent; handles and snapshots stay readable. */
  close(): Promise<void>;
}

export interface TradingNodeParts {
  readonly name: string;
  readonly core: NodeCore;
  readonly handles: Handles;
  readonly listeners: ChangeListeners;
  readonly close: () => Promise<void>;
}

export class LiveTradingNode<S extends NodeSchemas> implements TradingNode<S> {
  readonly name: string;
  readonly #parts: TradingNodeParts;
  #closing: Promise<void> | null = null;

  constructor(parts: TradingNodeParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  handle<P extends string>(path: P): Handle<ValueAt<S, P>> {
    checkMount(path);
    // What stands there was made by the schema whose output type this is; without a schema it is JSON.
    return this.#parts.handles.at(path) as Handle<ValueAt<S, P>>;
  }

  get snapshot(): NodeSnapshot {
    const { snapshot } = this.#parts.handles;
    if (snapshot === null) throw new Error('a node is given out when it runs a snapshot');
    return snapshot;
  }

  get status(): NodeStatus {
    return this.#parts.core.status;
  }

  trader(): unknown {
    return this.#section('trader');
  }

  risk(): unknown {
    return this.#section('risk');
  }

  token(address: string): unknown {
    return this.#section('token', address);
  }

  mev(): unknown {
    return this.#section('mev');
  }

  circuitBreaker(): unknown {
    return this.#section('circuitBreaker');
  }

  monitoring(): unknown {
    return this.#section('monitoring');
  }

  #section(category: NodeCategory, key = ''): unknown {
    const sections = this.#parts.handles.categories.get(category);
    if (sections !== undefined) return sections.get(key)?.output;
    throw new ConfLedgerError('OPTION_INVALID', `${category}() needs the option \`categories\` to name ${category} and its edition`);
  }

  onChange(glob: string, listener: ChangeListener, options: { readonly signal?: AbortSignal } = {}): () => void {
    if (this.#closing !== null) throw new ConfLedgerError('NODE_CLOSED', 'onChange was called on a closed node');
    return this.#parts.listeners.add(glob, listener, options.signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#parts.close();
    return this.#closing;
  }

  // Node 20 has `Symbol.asyncDispose`, `await using` comes with the compiler.
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
