// The wait for a node's first snapshot: bounded by a limit, ended by the feed, the cache, a refusal or the caller's signal.
import { ConfLedgerError, type ConfLedgerErrorCode } from './errors.js';
import type { Rejection } from './attempts.js';
import type { NodeCore } from './node-core.js';

export interface StartOptions {
  readonly core: NodeCore;
  readonly ledger: string;
  readonly waitForFirst: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

type RejectionOfDocument = Rejection & { readonly by: Exclude<Rejection['by'], 'trust'> };

/** Nothing better is to be waited for: the feed has sent it whole. */
const isOfDocument = (rejection: Rejection | null): rejection is RejectionOfDocument => rejection !== null && rejection.by !== 'trust';

const REFUSALS: Readonly<Record<RejectionOfDocument['by'], readonly [ConfLedgerErrorCode, string]>> = {
  schemas: ['SCHEMA_REJECTED', 'does not fit the schemas of this node'],
  references: ['REFERENCE_UNRESOLVED', 'cannot be resolved on this node'],
  profiles: ['PROFILE_INVALID', 'has a profile that this node cannot read'],
  overrides: ['OVERRIDE_REFUSED', 'cannot be overridden as the variables of this node say'],
};

/** Settles once: call `look` whenever the status changes. */
export class Start {
  readonly done: Promise<void>;
  readonly #options: StartOptions;
  readonly #timer: NodeJS.Timeout;
  #settle: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } = {
    resolve: () => undefined,
    reject: () => undefined,
  };

  constructor(options: StartOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => this.#timeOut(), options.timeoutMs);
    this.done = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    }).finally(() => this.#end());
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  look(): void {
    const { core, ledger, waitForFirst } = this.#options;
    const { state, source } = core.status;
    if (core.asynchronousSchema !== null) this.#reject('SCHEMA_ASYNC', `the schema of '${core.asynchronousSchema}' is asynchronous`);
    else if (core.running !== null && (source === 'feed' || isOfDocument(core.rejection))) this.#settle.resolve();
    else if (core.running === null && state !== 'connecting' && !waitForFirst)
      this.#reject('NOTHING_ACTIVE', `nothing is active in ${ledger}`);
    // A first activation may take for ever to come; that it is known to be missing ends the limit.
    else if (state === 'waiting') clearTimeout(this.#timer);
    else if (core.running === null && isOfDocument(core.rejection)) this.#refused(...REFUSALS[core.rejection.by]);
  }

  #timeOut(): void {
    const { core, ledger, timeoutMs } = this.#options;
    if (core.running !== null) this.#settle.resolve();
    else if (core.rejection !== null) this.#refused('ACTIVATION_REFUSED', 'cannot be trusted');
    else
      this.#reject(
        'START_TIMEOUT',
        `${ledger} could not be read within ${timeoutMs} ms: ${core.status.problem ?? 'the feed said nothing'}`,
      );
  }

  #refused(code: ConfLedgerErrorCode, why: string): void {
    const { core, ledger } = this.#options;
    const { version = null, problems = [] } = core.rejection ?? {};
    const [first] = problems;
    const at = first?.path == null ? '' : `${first.path}: `;
    const named = version === null ? `what the feed says of ${ledger}` : `version ${version} of ${ledger}`;
    this.#settle.reject(new ConfLedgerError(code, `${named} ${why}: ${at}${first?.message ?? ''}`, { problems }));
  }

  #reject(code: 'SCHEMA_ASYNC' | 'NOTHING_ACTIVE' | 'START_TIMEOUT', message: string): void {
    this.#settle.reject(new ConfLedgerError(code, message));
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => this.#settle.reject(this.#options.signal?.reason);
}
