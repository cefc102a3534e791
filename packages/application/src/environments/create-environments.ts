// The environments as a process knows them: one kept state, one command queue, and what decisions need besides.
import {
  ENVIRONMENTS_STREAM,
  environmentsAggregate,
  EXISTING_INSTALLATION_FACT,
  installationAggregate,
  type Environments,
  type EnvironmentGuards,
  type EnvironmentsCommand,
  type EnvironmentsTypes,
  type OlderApis,
} from '@confledger/domain';
import { CommandQueue } from '../commands/command-queue.js';
import type { FactLoaders, LoadedFact } from '../commands/facts.js';
import type { CommandRequest, Outcome } from '../commands/outcome.js';
import type { Authentication } from '../loading/authentication.js';
import { BrokenStreams, type BrokenStream } from '../loading/broken-streams.js';
import { EnvironmentFacts } from '../ledger/ledger-facts.js';
import { KeptStream } from '../loading/kept-stream.js';
import { StreamReader } from '../loading/stream-reader.js';
import { EventStoreUnavailable, type EventStore, type StoredEvent } from '../ports/event-store.js';
import type { Clock, Ids, Keys } from '../ports/system.js';

export interface EnvironmentsOptions {
  readonly store: EventStore;
  readonly signer: Keys;
  readonly ids: Ids;
  readonly clock: Clock;
  /** What of the stream is believed. */
  readonly authentication: Authentication;
  /** Names of an environment's live nodes that cannot verify an activation with layers. */
  readonly oldNodes: (environment: string) => Promise<readonly string[]>;
  /** Apis that do not know environments. */
  readonly olderApis: () => Promise<OlderApis>;
  /** Hears that the stream cannot be served: an alarm. */
  readonly onBrokenStream?: (broken: BrokenStream) => void;
}

export interface EnvironmentsCore {
  readonly kept: KeptStream<EnvironmentsTypes>;
  /** For decisions on ledgers. */
  readonly facts: EnvironmentFacts;
  execute(command: EnvironmentsCommand, request: CommandRequest<EnvironmentGuards>): Promise<Outcome<EnvironmentsTypes>>;
  /**
   * All environments, by a read that began after this call. Rejects with `EventStoreUnavailable`, also until the first start has defined them;
   * with `StreamCorrupt` and `EventUnreadable` as every read does.
   */
  fresh(): Promise<Environments>;
  /** What is kept, however old; null before the first read, and while the stream does not hold. An environment in it is defined for ever. */
  readonly known: Environments | null;
  /** Hands committed events over, so that the kept state needs no read of its own. */
  observe(events: readonly StoredEvent[]): void;
  /** The stream, where this process could not load it. */
  brokenStreams(): readonly BrokenStream[];
}

/** Puts them together over the store. */
export function createEnvironments(options: EnvironmentsOptions): EnvironmentsCore {
  const { store, authentication, clock, onBrokenStream = () => undefined } = options;
  const aggregate = environmentsAggregate;
  const broken = new BrokenStreams({ now: () => clock.now(), onBroken: onBrokenStream });
  const reader = new StreamReader(aggregate, { store, authentication, broken });
  const kept = new KeptStream<EnvironmentsTypes>(null, reader);
  const finish = <E>(event: E): E => event;
  const { ids, signer } = options;
  const facts = factLoaders(options);
  const queue = new CommandQueue({ id: null, aggregate, kept, reader, store, clock, ids, signer, finish, finishDryRun: finish, facts });
  return {
    kept,
    facts: new EnvironmentFacts(kept),
    execute: (command, request) => queue.execute(command, request),
    async fresh() {
      const { state } = (await kept.fresh()).stream;
      if (state === null) throw new EventStoreUnavailable('The first start has not defined the environments yet.');
      return state;
    },
    get known() {
      return kept.known?.stream.state ?? null;
    },
    observe(events) {
      for (const event of events) if (event.stream === ENVIRONMENTS_STREAM) kept.observe(event);
    },
    brokenStreams: () => broken.list(),
  };
}

/** Rows about nodes and apis have no revision: they are in no stream. */
function factLoaders({ store, oldNodes, olderApis }: EnvironmentsOptions): FactLoaders<EnvironmentsTypes> {
  return {
    oldNodes: { load: async (_, environment) => ({ value: await oldNodes(String(environment)), sources: [], isLasting: false }) },
    olderApis: { load: async () => ({ value: await olderApis(), sources: [], isLasting: false }) },
    installation: { load: () => installationFact(store) },
  };
}

/** Its revision goes into the metadata of the first change set, from where the fold knows that the installation existed before. */
async function installationFact(store: EventStore): Promise<LoadedFact<number>> {
  const { revision } = (await new StreamReader(installationAggregate, { store }).end(null)).stream;
  return { value: revision, sources: [{ stream: EXISTING_INSTALLATION_FACT, revision }], isLasting: false };
}
