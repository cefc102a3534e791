// The connection to the event store: the one server that is used now, found, checked, left when it fails, and found again.
//
// The client of `@eventstore/db-client` is not used. Its public calls pass each event through JSON.parse and JSON.stringify, which moves
// integer-like names and rewrites numbers, so that hashes no longer fit the bytes. Its discovery gives up after one second without a leader
// by a rejection that cannot be caught (`Client.handleError` is async and called without await), which ends the process; and it stays with a
// server that refuses inside an open call. We use what the package ships below that: the service definitions, the parser of connection strings
// and the meaning of errors. The package is pinned and has had its last release; the double and the conformance suite watch over both.
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreUnavailable } from '@confledger/application';
import { Backoff } from '@confledger/backoff';
import { NotLeaderError } from '@eventstore/db-client';
import { addressOf, type Endpoint, type Servers } from './connection-string.js';
import { Discovery } from './discovery.js';
import { asError, commandError, failureType, mayPass, NoAnswer, within } from './failures.js';
import { ServerNode } from './server-node.js';

/** Interval between two connects: at least half of this, and doubled each time while no server accepts anything. */
export const CONNECT_INTERVAL_MS_FIRST = 250;
export const CONNECT_INTERVAL_MS_MAX = 2_000;

/** A call that is not answered for this long makes the members be asked whether another one leads. */
export const SUSPICION_MS = 500;

export interface ConnectionOptions {
  readonly servers: Servers;
  /** How long a server may take to say what it can do, before it is left. */
  readonly answerTimeoutMs: number;
  /** Looks at the log of a server before anything else is asked of it. Rejects when that server must not be used. */
  readonly check?: (node: ServerNode) => Promise<void>;
  /** A server was left, and every call on it ended. */
  readonly onLeft?: (address: string, reason: Error) => void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #discovery: Discovery;
  #current: ServerNode | undefined;
  /** True when the current server was named by one that did not lead. */
  #isHearsay = false;
  #connecting: Promise<ServerNode> | undefined;
  /** Callers that wait for a server now. */
  #waiting = 0;
  /** The leader that the last server named when it was left; believed once. */
  #named: Endpoint | undefined;
  #lastProblem: Error | undefined;
  #connectedAtMs = -Infinity;
  readonly #backoff = new Backoff(CONNECT_INTERVAL_MS_FIRST, CONNECT_INTERVAL_MS_MAX);
  #suspecting = false;
  #left = 0;
  readonly #ending = new AbortController();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#discovery = new Discovery(options.servers);
  }

  /** Servers left since this connection was made. */
  get left(): number {
    return this.#left;
  }

  /**
   * The server to use now. Rejects with `NoAnswer` when none is found within `timeoutMs`, and at once with a server's error when all
   * refuse connections, or refuse us. Without a limit it goes on until `signal` aborts.
   */
  async node(limit: { readonly timeoutMs: number } | { readonly signal: AbortSignal }): Promise<ServerNode> {
    if (this.#current !== undefined) return this.#current;
    this.#waiting += 1;
    try {
      const connecting = this.#connect();
      return await ('signal' in limit ? unlessAborted(limit.signal, connecting) : within(limit.timeoutMs, connecting));
    } catch (error) {
      const problem = this.#lastProblem;
      if (!(error instanceof NoAnswer) || problem === undefined) throw error;
      // What the check of the last server's log said.
      if (problem instanceof EventStoreUnavailable) throw problem;
      throw new NoAnswer(`${error.message} ${problem.message}`);
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Says that a server took or answered something: the next connect may come soon again. */
  accepted(node: ServerNode): void {
    if (node !== this.#current) return;
    this.#backoff.reset();
    this.#lastProblem = undefined;
  }

  /** Leaves a server with every call on it; each goes on elsewhere by its own rule. Does nothing when it was left already. */
  leave(node: ServerNode, reason: unknown): void {
    if (node !== this.#current) return;
    this.#current = undefined;
    this.#left += 1;
    this.#lastProblem = asError(reason);
    // Two servers that name each other would be followed for ever.
    if (!this.#isHearsay) this.#named = namedLeader(reason);
    node.leave();
    this.#options.onLeft?.(addressOf(node.endpoint), this.#lastProblem);
  }

  /** Leaves the server unless the failure says nothing about it: a refusal of this very call, for example. */
  failed(node: ServerNode, reason: unknown): void {
    if (reason instanceof NoAnswer || mayPass(reason)) this.leave(node, reason);
  }

  /**
   * Watches a call that is under way on a server: while it is not answered, the members are asked whether another one leads, and if so the
   * server is left. A frozen leader says nothing itself. Answers what ends the watching.
   */
  watchAnswer(node: ServerNode): () => void {
    const timer = setInterval(() => void this.#suspect(node), SUSPICION_MS);
    return () => clearInterval(timer);
  }

  /** Cancels what is under way. Afterwards every call rejects. */
  end(): void {
    this.#ending.abort(new Error('The event store is closed.'));
    this.#current?.leave();
    this.#current = undefined;
  }

  async #suspect(node: ServerNode): Promise<void> {
    if (this.#suspecting || node !== this.#current || !this.#options.servers.discovers) return;
    this.#suspecting = true;
    const leader = await this.#discovery.look();
    this.#suspecting = false;
    if (leader === null || addressOf(leader) === addressOf(node.endpoint)) return;
    this.leave(node, new NoAnswer(`${addressOf(node.endpoint)} does not answer, and ${addressOf(leader)} leads.`));
  }

  #connect(): Promise<ServerNode> {
    if (this.#connecting === undefined) {
      this.#connecting = unlessAborted(this.#ending.signal, this.#found()).finally(() => (this.#connecting = undefined));
      // Callers get the rejection by their own await; without callers it is not a fault.
      this.#connecting.catch(() => undefined);
    }
    return this.#connecting;
  }

  async #found(): Promise<ServerNode> {
    for (;;) {
      await this.#paced();
      const named = this.#named;
      this.#named = undefined;
      const endpoint = named ?? (await this.#discovery.leader(() => this.#isWanted()));
      const node = new ServerNode(endpoint, this.#options.servers);
      try {
        await node.capabilities(this.#options.answerTimeoutMs);
        await this.#options.check?.(node);
        return this.#take(node, named !== undefined);
      } catch (error) {
        node.leave();
        this.#left += 1;
        this.#lastProblem = asError(error);
        if (!this.#mayFindAnother(error, named)) throw error;
      }
    }
  }

  #take(node: ServerNode, isHearsay: boolean): ServerNode {
    this.#ending.signal.throwIfAborted();
    this.#current = node;
    this.#isHearsay = isHearsay;
    return node;
  }

  #mayFindAnother(error: unknown, named: Endpoint | undefined): boolean {
    if (!this.#isWanted()) return false;
    if (named !== undefined || isSilence(error)) return true;
    return this.#options.servers.discovers && mayPass(error);
  }

  #isWanted(): boolean {
    return this.#waiting > 0 && !this.#ending.signal.aborted;
  }

  async #paced(): Promise<void> {
    if (this.#connectedAtMs > -Infinity) {
      const waitMs = this.#connectedAtMs + this.#backoff.nextMs() - performance.now();
      if (waitMs > 0) await pause(waitMs, undefined, { signal: this.#ending.signal });
    }
    this.#connectedAtMs = performance.now();
  }
}

/** The leader that a server names which does not lead. */
function namedLeader(reason: unknown): Endpoint | undefined {
  const error = commandError(reason);
  if (!(error instanceof NotLeaderError)) return undefined;
  const { address, port } = error.leader;
  return address === '' || !Number.isInteger(port) ? undefined : { host: address, port };
}

function isSilence(error: unknown): boolean {
  return error instanceof NoAnswer || failureType(error) === 'deadline-exceeded';
}

/** As the promise, or rejects with the reason of the abort. */
function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(asError(signal.reason));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
