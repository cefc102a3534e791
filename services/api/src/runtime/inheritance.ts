// Runs the inheritance follower beside an api, and says what it does: for the log, the status and the metrics.
import {
  runInheritance,
  type EnvironmentsCore,
  type EventStore,
  type InheritanceBlocks,
  type InheritanceEvent,
  type InheritanceOptions,
  type LedgersCore,
  type ReadModel,
  type RunningFilter,
  type RunningLedger,
} from '@confledger/application';

/** Rows in one page, of those that are read when a follower begins. */
const PAGE_ROWS = 500;

export interface InheritanceParts {
  readonly events: EventStore;
  readonly ledgers: Pick<LedgersCore, 'execute'>;
  readonly environments: EnvironmentsCore;
  readonly readModel: Pick<ReadModel, 'running'>;
  readonly blocks: InheritanceBlocks;
  readonly lock: NonNullable<InheritanceOptions['lock']>;
  readonly ids: InheritanceOptions['ids'];
  readonly clock: InheritanceOptions['clock'];
  readonly logger: {
    info(details: object, message: string): void;
    warn(details: object, message: string): void;
  };
}

/** What the follower of this process does now. */
export interface InheritanceStanding {
  /** Whether this process is the elected one. */
  readonly isActive: boolean;
  /** Ledgers that wait to be looked at. */
  readonly waiting: number;
  /** Activations that it made since the start. */
  readonly activations: number;
  /** Why it does not work now; null while it does. */
  readonly problem: string | null;
}

export interface RunningInheritance {
  readonly standing: InheritanceStanding;
  stop(): Promise<void>;
}

export function startInheritance({ environments, readModel, logger, ...parts }: InheritanceParts): RunningInheritance {
  const stopping = new AbortController();
  const observer = new Observer(logger);
  const ended = runInheritance(
    { ...parts, ...{ environments: environments.facts, running: () => readRunning(readModel), onEvent: (event) => observer.heard(event) } },
    stopping.signal,
  );
  return {
    get standing() {
      return observer.standing;
    },
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

/** All ledgers that run something. The position of the first page counts: what came since is met again in the log. */
export async function readRunning(
  readModel: Pick<ReadModel, 'running'>,
  filter: RunningFilter = {},
): ReturnType<InheritanceOptions['running']> {
  const ledgers: RunningLedger[] = [];
  let position: bigint | undefined;
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await readModel.running(filter, { limit: PAGE_ROWS, ...(cursor === undefined ? {} : { cursor }) });
    position ??= page.position;
    for (const { ledger, activation, layers, pinned, definition, retired } of page.items)
      ledgers.push({ ledger, activation, layers, pinned: pinned !== null, definition, retired });
    cursor = page.next;
  }
  return { position: position ?? 0n, ledgers };
}

class Observer {
  standing: InheritanceStanding = { isActive: false, waiting: 0, activations: 0, problem: null };
  readonly #logger: InheritanceParts['logger'];

  constructor(logger: InheritanceParts['logger']) {
    this.#logger = logger;
  }

  heard(event: InheritanceEvent): void {
    switch (event.kind) {
      case 'standby':
        return this.#now({ isActive: false, problem: null });
      case 'active':
        if (event.behind > 0) this.#logger.info({ ledgers: event.behind }, 'ledgers are behind their parents: they follow now');
        return this.#now({ isActive: true, problem: null });
      case 'waiting':
        return this.#now({ waiting: event.ledgers });
      case 'inherited':
        return this.#now({ activations: this.standing.activations + 1 });
      case 'blocked':
        return this.#logger.warn({ ledger: event.ledger, code: event.code, problem: event.message }, 'a ledger cannot follow its parents');
      case 'failed':
        this.#logger.warn({ err: event.error, retryInMs: event.retryInMs }, 'ledgers do not follow their parents: tried again');
        return this.#now({ problem: event.error instanceof Error ? event.error.message : String(event.error) });
    }
  }

  #now(change: Partial<InheritanceStanding>): void {
    this.standing = { ...this.standing, ...change };
  }
}
